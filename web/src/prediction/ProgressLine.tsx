import { isTerminal, type Prediction, type Run } from "./run";

/** A thin line under the status: always there, so that nothing moves when it fills. */
export function ProgressLine({ run, prediction }: { run: Run; prediction: Prediction }) {
  const fraction = fractionOf(run);
  const isActive = !isTerminal(prediction.status);
  const label = run.loading.value ? "Loading of the model" : "Progress of the prediction";
  if (!isActive) return <div class="progress-line" data-status={prediction.status} />;
  // an absent `value` is an indeterminate bar
  return fraction === null ? (
    <progress class="progress-line" aria-label={label} />
  ) : (
    <progress class="progress-line" aria-label={label} max={1} value={fraction} />
  );
}

function fractionOf(run: Run): number | null {
  const loading = run.loading.value;
  if (loading) return loading.bytes !== null && loading.totalBytes ? loading.bytes / loading.totalBytes : null;
  const progress = run.progress.value;
  if (!progress) return null;
  return progress.fraction ?? (progress.total ? progress.step / progress.total : null);
}
