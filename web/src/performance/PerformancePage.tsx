import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import {
  PerformanceDocument,
  VersionNumbersDocument,
  type EndsFieldsFragment,
  type PercentileFieldsFragment,
  type PerformanceFieldsFragment,
} from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { BarChart } from "../ui/BarChart";
import { Callout } from "../ui/Callout";
import { Fact } from "../ui/Fact";
import { whileSeen } from "../ui/polling";
import { amend, modelPath, query, type Route } from "../ui/router";
import { moment, number, percent, rate, seconds } from "../ui/units";

import "../styles/chart.css";
import "../styles/history.css";
import "../styles/usage.css";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SPANS = [1, 7, 30, 90];
const USUAL_DAYS = 7;
/** Ends are added up every few seconds. */
const EVERY_MS = 10_000;

interface Version {
  id: string;
  number: number;
}

/** How the predictions of a version ended, and how fast they were. */
export function PerformancePage({ route }: { route: Route }) {
  const slug = route.page === "performance" ? route.slug : "";
  const versions = useSignal<readonly Version[] | null>(null);
  const performance = useSignal<PerformanceFieldsFragment | null>(null);
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const isIn = signedIn.value;
  const days = SPANS.find((span) => span === Number(query.value.get("days"))) ?? USUAL_DAYS;
  const wanted = Number(query.value.get("version"));
  const version = versions.value?.find(({ number: of }) => of === wanted) ?? versions.value?.[0];

  useEffect(() => {
    const load = async () => {
      try {
        const { model } = await request(VersionNumbersDocument, { slug });
        versions.value = model ? [...model.versions].sort((a, b) => b.number - a.number) : [];
        problem.value = model ? null : { title: say.performance.noModel(slug), detail: say.performance.noModelWhy };
      } catch (error) {
        problem.value = apiProblem(error);
      }
    };
    void load();
  }, [slug, isIn]);

  const id = version?.id;
  useEffect(() => {
    if (!id) return;
    let isWanted = true;
    const load = async () => {
      busy.value = true;
      try {
        // the whole hour that is going on counts
        const to = (Math.floor(Date.now() / HOUR_MS) + 1) * HOUR_MS;
        const times = { from: new Date(to - days * DAY_MS).toISOString(), to: new Date(to).toISOString() };
        const { node } = await request(PerformanceDocument, { id, ...times });
        if (!isWanted) return;
        performance.value = node?.__typename === "ModelVersion" ? node.performance : null;
        problem.value = null;
      } catch (error) {
        if (isWanted) problem.value = apiProblem(error);
      }
      busy.value = false;
    };
    void load();
    const stop = whileSeen(EVERY_MS, () => void load());
    return () => {
      isWanted = false;
      stop();
    };
  }, [id, days]);

  return (
    <div class="usage">
      <div class="page-head">
        <h1 class="page-title">
          {say.performance.title} <a href={modelPath(slug)}>{slug}</a>
        </h1>
      </div>
      {version && (
        <search class="filters">
          <label class="filter">
            <span class="hint">{say.performance.version}</span>
            <select
              class="input"
              value={String(version.number)}
              onChange={(event) => amend({ version: event.currentTarget.value })}
            >
              {versions.value?.map(({ number: of }) => (
                <option key={of} value={String(of)}>
                  {String(of)}
                </option>
              ))}
            </select>
          </label>
          <label class="filter">
            <span class="hint">{say.performance.span}</span>
            <select class="input" value={String(days)} onChange={(event) => amend({ days: event.currentTarget.value })}>
              {SPANS.map((span) => (
                <option key={span} value={String(span)}>
                  {say.performance.lastDays(span)}
                </option>
              ))}
            </select>
          </label>
        </search>
      )}
      {problem.value && <Callout problem={problem.value} />}
      {version && performance.value && <Shown performance={performance.value} isBusy={busy.value} />}
    </div>
  );
}

function Shown({ performance, isBusy }: { performance: PerformanceFieldsFragment; isBusy: boolean }) {
  const { to, ends, successRate, series, isExact } = performance;
  const first = series[0];
  const last = series.at(-1);
  const marks = [first ? moment(first.from) : "", last ? moment(last.from) : ""] as const;
  return (
    <div class="panel usage-report" aria-busy={isBusy}>
      <dl class="metrics">
        {ends && <Ends ends={ends} />}
        <Fact name={say.performance.successRate} value={successRate === null ? "–" : percent(successRate, 1)} />
      </dl>
      {series.length > 0 && (
        <>
          <BarChart
            label={say.performance.endsOverTime}
            ends={marks}
            bars={series.map((point) => ({
              name: moment(point.from),
              value: countOf(point.ends),
              text: say.performance.ended(countOf(point.ends)),
            }))}
          />
          <BarChart
            label={say.performance.totalOverTime}
            ends={marks}
            bars={series.map(({ from, totalSeconds: { p95 } }) => ({
              name: moment(from),
              value: p95 ?? 0,
              text: p95 === null ? "–" : say.performance.p95(seconds(p95)),
            }))}
          />
        </>
      )}
      <Times performance={performance} />
      {ends === null && successRate === null && <p class="hint">{say.performance.tooFew}</p>}
      <p class="hint">{say.performance.countedTo(moment(to))}</p>
      {!isExact && <p class="hint">{say.performance.rounded}</p>}
    </div>
  );
}

const countOf = ({ succeeded, failed, canceled, aborted, shared }: EndsFieldsFragment): number =>
  succeeded + failed + canceled + aborted + shared;

function Ends({ ends }: { ends: EndsFieldsFragment }) {
  return (
    <>
      {(["succeeded", "failed", "canceled", "aborted", "shared"] as const).map((name) => (
        <Fact key={name} name={say.performance.ends[name]} value={number(ends[name])} />
      ))}
    </>
  );
}

function Times({ performance }: { performance: PerformanceFieldsFragment }) {
  const rows: readonly (readonly [string, PercentileFieldsFragment, (value: number) => string])[] = [
    [say.performance.queue, performance.queueSeconds, seconds],
    [say.performance.firstToken, performance.firstTokenSeconds, seconds],
    [say.performance.run, performance.predictSeconds, seconds],
    [say.performance.total, performance.totalSeconds, seconds],
    [say.performance.tokensPerSecond, performance.tokensPerSecond, rate],
  ];
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={say.performance.times}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.performance.times}</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, { p50, p95, p99 }, write]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {[p50, p95, p99].map((value, index) => (
                <td key={index}>{value === null ? "–" : write(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
