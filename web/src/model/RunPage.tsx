import { useEffect } from "preact/hooks";
import type { ModelDetails } from "../api/models";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { useModule } from "../ui/module";
import type { Account } from "../session/account";
import type { Route } from "../ui/router";
import type { Desk } from "./desk";
import { ModelHead } from "./ModelHead";
import { PredictionHead } from "./PredictionHead";
import { Workbench } from "./Workbench";

export interface RunProps {
  desk: Desk;
  account: Account;
  route: Extract<Route, { page: "model" | "prediction" }>;
}

/** A model's page and a prediction's page are one: what runs on the first goes on, in place, on the second. */
export function RunPage({ desk, route, account }: RunProps) {
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
      {isModel ? <ModelHead desk={desk} slug={route.slug} account={account} /> : <PredictionHead desk={desk} />}
      {problem && (
        <div class={desk.form.value ? undefined : "stage"}>
          <Callout problem={problem} />
          {!desk.form.value && (
            <a class="button" href="/">
              {say.model.allModels}
            </a>
          )}
        </div>
      )}
      {desk.form.value ? <Workbench desk={desk} /> : !problem && <WorkbenchAwaited />}
      {isModel && desk.model.value && <Below desk={desk} model={desk.model.value} />}
    </>
  );
}

/** What is read after the form, and loaded after it. */
function Below({ desk, model }: { desk: Desk; model: ModelDetails }) {
  const part = useModule(() => import("./Details"));
  return part && <part.Details desk={desk} model={model} />;
}

function WorkbenchAwaited() {
  return (
    <div class="workbench" aria-busy="true" role="status" aria-label={say.model.loading}>
      <div class="panel workbench-awaited">
        <span class="bone" />
        <span class="bone bone-tall" />
        <span class="bone bone-short" />
      </div>
      <div class="panel output" />
    </div>
  );
}
