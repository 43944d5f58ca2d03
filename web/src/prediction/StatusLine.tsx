import { useEffect, useState } from "preact/hooks";
import type { PredictionStatus } from "../api/generated/graphql";
import { serverNow } from "../api/server_clock";
import { isTerminal, type Prediction, type Run } from "./run";
import { bytes, seconds } from "../ui/units";

export const NAMES: Record<PredictionStatus, string> = {
  STARTING: "Starting",
  PROCESSING: "Running",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  CANCELED: "Canceled",
  ABORTED: "Aborted",
};

/** Status, what is going on, and for how long; screen readers hear of the status alone. */
export function StatusLine({ run, prediction }: { run: Run; prediction: Prediction }) {
  const { status } = prediction;
  const name = run.canceling.value && !isTerminal(status) ? "Canceling" : NAMES[status];
  const total = prediction.metrics.totalSeconds;
  return (
    <div class="status">
      <span class="badge" data-status={status}>
        {name}
      </span>
      <span class="visually-hidden" role="status" aria-live="polite">
        {isTerminal(status) && total !== null ? `${name} after ${seconds(total)}` : name}
      </span>
      <span class="status-detail">{detailOf(run, prediction)}</span>
      {run.link.value === "reconnecting" && !isTerminal(status) && <span class="status-link">reconnecting…</span>}
      <Elapsed prediction={prediction} />
    </div>
  );
}

function detailOf(run: Run, { status, createdAt, startedAt }: Prediction): string {
  if (isTerminal(status)) return "";
  const loading = run.loading.value;
  if (loading) {
    const amount = [loading.bytes, loading.totalBytes].filter((count) => count !== null).map(bytes);
    return [`Loading model: ${loading.phase}`, amount.join(" of ")].filter(Boolean).join(", ");
  }
  if (status === "STARTING") {
    const { position, etaSeconds } = run.queue.value ?? {};
    const eta = etaSeconds ? `, about ${seconds(etaSeconds.p50)} left` : "";
    return position ? `waiting at place ${position}${eta}` : "waiting for a worker";
  }
  const waited = startedAt === null ? 0 : (Date.parse(startedAt) - Date.parse(createdAt)) / 1000;
  return waited > 0.5 ? `waited ${seconds(waited)}` : "";
}

/** How long it has been since the prediction was asked for, by the clock that says when that was. */
function Elapsed({ prediction }: { prediction: Prediction }) {
  const [now, setNow] = useState(serverNow());
  const isActive = !isTerminal(prediction.status);
  useEffect(() => {
    if (!isActive) return;
    const timer = setInterval(() => setNow(serverNow()), 100);
    return () => clearInterval(timer);
  }, [isActive, prediction.id]);
  const since = (now - Date.parse(prediction.createdAt)) / 1000;
  const shown = isActive ? Math.max(0, since) : prediction.metrics.totalSeconds;
  return <span class="status-elapsed">{shown === null ? "" : seconds(shown)}</span>;
}
