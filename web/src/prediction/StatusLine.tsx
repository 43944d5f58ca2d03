import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../api/server_clock";
import { say } from "../messages/messages";
import { isTerminal, type Prediction, type Run } from "./run";
import { bytes, seconds } from "../ui/units";

/** Status, what is going on, and for how long; screen readers hear of the status alone. */
export function StatusLine({ run, prediction }: { run: Run; prediction: Prediction }) {
  const { status } = prediction;
  const name = run.canceling.value && !isTerminal(status) ? say.prediction.canceling : say.prediction.statuses[status];
  const total = prediction.metrics.totalSeconds;
  return (
    <div class="status">
      <span class="badge" data-status={status}>
        {name}
      </span>
      <span class="visually-hidden" role="status" aria-live="polite">
        {isTerminal(status) && total !== null ? say.prediction.endedAfter(name, seconds(total)) : name}
      </span>
      <span class="status-detail">{detailOf(run, prediction)}</span>
      {run.link.value === "reconnecting" && !isTerminal(status) && (
        <span class="status-link">{say.prediction.reconnecting}</span>
      )}
      <Elapsed prediction={prediction} />
    </div>
  );
}

/** What a prediction waits for, in a few words. */
export function detailOf(run: Run, { status, createdAt, startedAt }: Prediction): string {
  if (isTerminal(status)) return "";
  const loading = run.loading.value;
  if (loading) {
    const amount = [loading.bytes, loading.totalBytes].filter((count) => count !== null).map(bytes);
    return [
      say.prediction.loadingModel(loading.phase),
      amount.length === 2 ? say.ui.amountOf(amount[0]!, amount[1]!) : amount.join(""),
    ]
      .filter(Boolean)
      .join(", ");
  }
  if (status === "STARTING") {
    const { position, etaSeconds, reason } = run.queue.value ?? {};
    // what keeps it longer than those before it comes first
    if (reason === "PAUSED" || reason === "NO_WORKER" || reason === "RATE") return say.prediction.waits[reason];
    if (!position) return reason ? say.prediction.waits[reason] : say.prediction.waitingForWorker;
    const eta = etaSeconds ? say.prediction.about(seconds(etaSeconds.p50)) : "";
    return [say.prediction.waitingAt(position), eta].filter(Boolean).join(", ");
  }
  const waited = startedAt === null ? 0 : (Date.parse(startedAt) - Date.parse(createdAt)) / 1000;
  return waited > 0.5 ? say.prediction.waited(seconds(waited)) : "";
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
