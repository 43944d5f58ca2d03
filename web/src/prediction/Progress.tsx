import { say } from "../messages/messages";
import { isTerminal, type Prediction, type Run } from "./run";
import { seconds } from "../ui/units";

/** How far a prediction is: a bar that is always there, so that nothing moves when it fills, and the steps in numbers. */
export function Progress({ run, prediction }: { run: Run; prediction: Prediction }) {
  const isActive = !isTerminal(prediction.status);
  const facts = stepFacts(run, prediction);
  // where steps will come, their line is kept
  const hasLine = facts.length > 0 || (isActive && prediction.model.kind === "IMAGE_GENERATION");
  return (
    <div class="progress" data-status={prediction.status}>
      {isActive ? <Bar run={run} /> : <div class="progress-bar" />}
      {hasLine && (
        <p class="progress-facts">
          {facts.map((fact, index) => (
            <span key={index}>{fact}</span>
          ))}
        </p>
      )}
    </div>
  );
}

function Bar({ run }: { run: Run }) {
  const fraction = fractionOf(run);
  const label = run.loading.value ? say.prediction.loadingOf : say.prediction.progressOf;
  // an absent `value` is an indeterminate bar
  return fraction === null ? (
    <progress class="progress-bar" aria-label={label} />
  ) : (
    <progress class="progress-bar" aria-label={label} max={1} value={fraction} />
  );
}

function fractionOf(run: Run): number | null {
  const loading = run.loading.value;
  if (loading) return loading.bytes !== null && loading.totalBytes ? loading.bytes / loading.totalBytes : null;
  const progress = run.progress.value;
  if (!progress) return null;
  return progress.fraction ?? (progress.total ? progress.step / progress.total : null);
}

function stepFacts(run: Run, { status, metrics }: Prediction): string[] {
  const progress = run.progress.value;
  if (isTerminal(status)) {
    if (!metrics.steps || metrics.predictSeconds === null) return [];
    return [
      say.prediction.steps(metrics.steps),
      say.prediction.perStep(seconds(metrics.predictSeconds / metrics.steps)),
    ];
  }
  if (!progress) return [];
  const { step, total, etaSeconds } = progress;
  const isLeft = total !== null && etaSeconds !== null && total > step;
  return [
    total === null ? say.prediction.step(step) : say.prediction.stepOf(step, total),
    isLeft ? say.prediction.perStep(seconds(etaSeconds / (total - step))) : "",
    isLeft ? say.prediction.left(seconds(etaSeconds)) : "",
  ].filter(Boolean);
}
