import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import { ExperimentsDocument, type ExperimentsQuery, type IntervalFieldsFragment } from "../api/generated/graphql";
import { passingProblem, type Problem } from "../api/problems";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { whileSeen } from "../ui/polling";
import { modelPath, type Route } from "../ui/router";
import { moment, number, percent, seconds } from "../ui/units";

import "../styles/experiments.css";

type Experiment = NonNullable<ExperimentsQuery["model"]>["experiments"][number];
type Result = Experiment["versionResults"][number];

const EVERY_MS = 10_000;

/** What was compared of a model, and what came of it; asked for again while an experiment runs. */
export function ExperimentsPage({ route }: { route: Route }) {
  const slug = route.page === "experiments" ? route.slug : "";
  const experiments = useSignal<readonly Experiment[] | null>(null);
  const problem = useSignal<Problem | null>(null);
  const isIn = signedIn.value;
  const ask = async () => {
    try {
      const { model } = await request(ExperimentsDocument, { slug });
      experiments.value = model?.experiments ?? null;
      problem.value = model ? null : { title: say.experiments.noModel(slug), detail: say.experiments.noModelWhy };
    } catch (error) {
      problem.value = passingProblem(error);
    }
  };
  useEffect(() => {
    void ask();
    return whileSeen(EVERY_MS, () => void ask());
  }, [slug, isIn]);
  return (
    <div class="experiments">
      <div class="page-head">
        <h1 class="page-title">
          {say.experiments.title} <a href={modelPath(slug)}>{slug}</a>
        </h1>
        <p class="hint">{say.experiments.about}</p>
      </div>
      {problem.value && <Callout problem={problem.value} />}
      {experiments.value === null && !problem.value && <p class="hint">{say.ui.loading}</p>}
      {experiments.value?.length === 0 && <p class="hint">{say.experiments.none}</p>}
      {experiments.value?.map((experiment) => (
        <Shown key={experiment.id} experiment={experiment} />
      ))}
    </div>
  );
}

function Shown({ experiment }: { experiment: Experiment }) {
  const { id, name, createdAt, endedAt, endReason, shares, breach, versionResults } = experiment;
  const title = name || say.experiments.unnamed(moment(createdAt));
  return (
    <section class="panel settings" aria-labelledby={`experiment-${id}`} data-experiment={name}>
      <h2 class="section-title" id={`experiment-${id}`}>
        {title}{" "}
        <span class="state" data-state={endedAt ? "" : "READY"}>
          {endedAt ? say.experiments.ends[endReason ?? "STOPPED"] : say.experiments.runs}
        </span>
      </h2>
      <p class="hint">
        {[
          say.experiments.since(moment(createdAt)),
          endedAt && say.experiments.until(moment(endedAt)),
          ...shares.map(({ weight, version }) => say.experiments.share(version.number, weight)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {breach && (
        <p class="lacking">
          {say.experiments.breach(breach.version, breach.limit, number(breach.hits), number(breach.count))}
        </p>
      )}
      <div class="table-box" tabIndex={0} role="region" aria-label={title}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say.experiments.version}</th>
              <th scope="col">{say.experiments.predictions}</th>
              <th scope="col">{say.experiments.errors}</th>
              <th scope="col">{say.experiments.queue}</th>
              <th scope="col">{say.experiments.firstToken}</th>
              <th scope="col">{say.experiments.total}</th>
              {outcomeNames(versionResults).map((outcome) => (
                <th key={outcome} scope="col">
                  {outcome}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {versionResults.map((result) => (
              <Row key={result.version.id} result={result} names={outcomeNames(versionResults)} />
            ))}
          </tbody>
        </table>
      </div>
      {versionResults.some(({ enoughData }) => !enoughData) && <p class="hint">{say.experiments.tooFew}</p>}
    </section>
  );
}

const outcomeNames = (results: readonly Result[]): readonly string[] => [
  ...new Set(results.flatMap(({ outcomes }) => outcomes.map(({ name }) => name))),
];

function Row({ result, names }: { result: Result; names: readonly string[] }) {
  const spans = [result.queueSeconds, result.firstTokenSeconds, result.totalSeconds];
  return (
    <tr data-version={result.version.number}>
      <th scope="row">
        {result.version.number}
        {result.isBaseline && <span class="hint"> {say.experiments.baseline}</span>}
      </th>
      <td>{number(result.count)}</td>
      <td>
        <Estimate
          interval={result.errorRate}
          difference={result.errorRateDifference}
          write={(value) => percent(value, 1)}
        />
      </td>
      {spans.map(({ p50, p95 }, index) => (
        <td key={index}>{p50 === null || p95 === null ? "–" : `${seconds(p50)} / ${seconds(p95)}`}</td>
      ))}
      {names.map((name) => {
        const outcome = result.outcomes.find((one) => one.name === name);
        const isShare = outcome?.kind === "RATE";
        const write = (value: number) => (isShare ? percent(value, 1) : number(value, 2));
        return (
          <td key={name}>
            <Estimate interval={outcome?.mean ?? null} difference={outcome?.difference ?? null} write={write} />
          </td>
        );
      })}
    </tr>
  );
}

interface EstimateProps {
  interval: IntervalFieldsFragment | null;
  /** From the baseline. */
  difference: IntervalFieldsFragment | null;
  write: (value: number) => string;
}

/** A figure with the interval that it lies in, and how it differs from the baseline's. */
function Estimate({ interval, difference, write }: EstimateProps) {
  if (!interval) return <>–</>;
  const isClear = difference !== null && (difference.low > 0 || difference.high < 0);
  return (
    <>
      {write(interval.estimate)} <span class="hint">{`${write(interval.low)} – ${write(interval.high)}`}</span>
      {difference && (
        <div class={isClear ? "difference" : "hint"}>
          {`${difference.estimate > 0 ? "+" : ""}${write(difference.estimate)} (${write(difference.low)} – ${write(difference.high)})`}
        </div>
      )}
    </>
  );
}
