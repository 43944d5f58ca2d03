import type { Prediction } from "./run";
import { rate, seconds } from "../ui/units";

/** What a prediction took, as far as it is known. */
export function Metrics({ prediction }: { prediction: Prediction }) {
  const rows = rowsOf(prediction).filter((row): row is [string, string] => row[1] !== null);
  if (rows.length === 0) return null;
  return (
    <dl class="metrics">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether the model was in memory already. */
const isWarm = ({ loadSeconds }: Prediction["metrics"]) => loadSeconds !== null && loadSeconds < 0.001;

function rowsOf({ metrics, seed, attempts }: Prediction): [string, string | null][] {
  const time = (value: number | null) => (value === null ? null : seconds(value));
  const count = (value: number | string | null) => (value === null ? null : String(value));
  return [
    ["Queue", time(metrics.queueSeconds)],
    ["Load", isWarm(metrics) ? "warm" : time(metrics.loadSeconds)],
    ["Predict", time(metrics.predictSeconds)],
    ["First token", time(metrics.timeToFirstTokenSeconds)],
    ["Tokens/s", metrics.tokensPerSecond === null ? null : rate(metrics.tokensPerSecond)],
    ["Tokens in", count(metrics.inputTokens)],
    ["Tokens out", count(metrics.outputTokens)],
    ["Steps", count(metrics.steps)],
    ["Seed", count(seed)],
    ["Attempts", attempts > 1 ? String(attempts) : null],
    ...measured(metrics.custom),
  ];
}

/** What the model itself measured, by the names it gave. */
function measured(custom: unknown): [string, string][] {
  if (typeof custom !== "object" || custom === null) return [];
  return Object.entries(custom).map(([name, value]) => [
    name,
    typeof value === "number" ? value.toLocaleString(undefined, { maximumSignificantDigits: 6 }) : String(value),
  ]);
}
