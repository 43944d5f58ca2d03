import { locale } from "../messages/language";
import { say } from "../messages/messages";
import type { Prediction } from "./run";
import type { Cost } from "./notes";
import { money, rate, seconds } from "../ui/units";

/** What a prediction took, as far as it is known. */
export function Metrics({ prediction, cost }: { prediction: Prediction; cost: Cost | null }) {
  const rows = rowsOf(prediction, cost).filter((row): row is [string, string] => row[1] !== null);
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

function rowsOf({ metrics, seed, attempts }: Prediction, cost: Cost | null): [string, string | null][] {
  const time = (value: number | null) => (value === null ? null : seconds(value));
  const count = (value: number | string | null) => (value === null ? null : String(value));
  const words = say.prediction.metrics;
  return [
    [words.queue, time(metrics.queueSeconds)],
    [words.load, isWarm(metrics) ? words.warm : time(metrics.loadSeconds)],
    [words.predict, time(metrics.predictSeconds)],
    [words.firstToken, time(metrics.timeToFirstTokenSeconds)],
    [words.rate, metrics.tokensPerSecond === null ? null : rate(metrics.tokensPerSecond)],
    [words.tokensIn, count(metrics.inputTokens)],
    [words.tokensOut, count(metrics.outputTokens)],
    [words.steps, count(metrics.steps)],
    [words.seed, count(seed)],
    [words.attempts, attempts > 1 ? String(attempts) : null],
    [words.cost, cost && money(cost.amount, cost.currency)],
    ...measured(metrics.custom),
  ];
}

/** What the model itself measured, by the names it gave: `switch_seconds` is "Switch", a time. */
function measured(custom: unknown): [string, string][] {
  if (typeof custom !== "object" || custom === null) return [];
  return Object.entries(custom).map(([name, value]) => {
    const isTime = typeof value === "number" && value >= 0 && /._seconds$/.test(name);
    if (isTime) return [inWords(name.replace(/_seconds$/, "")), seconds(value)];
    const isNumber = typeof value === "number";
    return [
      inWords(name),
      isNumber ? value.toLocaleString(locale.value, { maximumSignificantDigits: 6 }) : String(value),
    ];
  });
}

function inWords(name: string): string {
  const words = name.replaceAll("_", " ").trim() || name;
  return words.charAt(0).toLocaleUpperCase(locale.value) + words.slice(1);
}
