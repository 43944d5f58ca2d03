import { useEffect } from "preact/hooks";
import { signedIn } from "../api/session";
import { firstWords } from "../markdown/first_words";
import { Callout } from "../ui/Callout";
import type { Route } from "../ui/router";
import type { Desk } from "./desk";
import { ModelHead } from "./ModelHead";
import { PredictionHead } from "./PredictionHead";
import { Readme } from "./Readme";
import { Samples } from "./Samples";
import { Variables } from "./Variables";
import { Versions } from "./Versions";
import { Workbench } from "./Workbench";

interface Props {
  desk: Desk;
  route: Extract<Route, { page: "model" | "prediction" }>;
}

/** A model's page and a prediction's page are one: what runs on the first goes on, in place, on the second. */
export function RunPage({ desk, route }: Props) {
  const isModel = route.page === "model";
  const isIn = signedIn.value;
  useEffect(() => {
    if (route.page === "model") void desk.showModel(route.slug, route.version);
    else void desk.showPrediction(route.id);
  }, [isModel ? `${route.slug}:${route.version}` : route.id, isModel && isIn]);
  useEffect(() => () => desk.leave(), []);

  // without a form there is no other place for what keeps a prediction from being shown
  const problem = desk.problem.value ?? (desk.form.value ? null : desk.run.problem.value);
  return (
    <>
      {isModel ? <ModelHead desk={desk} slug={route.slug} /> : <PredictionHead desk={desk} />}
      {problem && (
        <div class={desk.form.value ? undefined : "stage"}>
          <Callout problem={problem} />
          {!desk.form.value && (
            <a class="button" href="/">
              All models
            </a>
          )}
        </div>
      )}
      {desk.form.value ? <Workbench desk={desk} /> : !problem && <WorkbenchAwaited />}
      {isModel && desk.model.value && (
        <div class="about">
          <div class="about-main">
            {hasMore(desk.model.value.description) && <Readme text={desk.model.value.description} />}
            <Samples desk={desk} samples={desk.model.value.samples} />
            <Variables desk={desk} model={desk.model.value} />
          </div>
          <Versions model={desk.model.value} shown={desk.version.value?.number ?? null} />
        </div>
      )}
    </>
  );
}

/** Whether a description says more than the line at the page's head. */
const hasMore = (description: string): boolean => description.trim() !== firstWords(description);

function WorkbenchAwaited() {
  return (
    <div class="workbench" aria-busy="true" role="status" aria-label="Loading">
      <div class="panel workbench-awaited">
        <span class="bone" />
        <span class="bone bone-tall" />
        <span class="bone bone-short" />
      </div>
      <div class="panel output" />
    </div>
  );
}
