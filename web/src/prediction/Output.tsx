import { failureProblem, type Problem } from "../api/problems";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon, RetryIcon } from "../ui/icons";
import { Files } from "./Files";
import { Metrics } from "./Metrics";
import { Progress } from "./Progress";
import { isTerminal, type Prediction, type Run } from "./run";
import { StatusLine } from "./StatusLine";

interface Props {
  run: Run;
  /** Runs the same version with the same input once more. */
  onRetry: () => void;
  /** Told to screen readers; needed where there are several. */
  title?: string;
}

const CANCELED: Problem = { title: "Canceled", detail: "The output up to then is kept." };

export function Output({ run, onRetry, title = "Output" }: Props) {
  const prediction = run.prediction.value;
  return (
    <section class="panel output" aria-label={title}>
      <h2 class="visually-hidden">{title}</h2>
      {prediction ? <Shown run={run} prediction={prediction} onRetry={onRetry} /> : <Idle run={run} />}
    </section>
  );
}

function Idle({ run }: { run: Run }) {
  if (run.problem.value) {
    return (
      <div class="output-body">
        <Callout problem={run.problem.value} />
      </div>
    );
  }
  return (
    <div class="output-idle">
      <p>The output appears here as it is generated.</p>
      <p class="hint">
        <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs, <kbd>Esc</kbd> cancels. A link to a prediction shows it live.
      </p>
    </div>
  );
}

function Shown({ run, prediction, onRetry }: Props & { prediction: Prediction }) {
  const isActive = !isTerminal(prediction.status);
  return (
    <>
      <div class="output-head">
        <StatusLine run={run} prediction={prediction} />
        {isActive && (
          <button type="button" class="button" disabled={run.canceling.value} onClick={() => void run.cancel()}>
            Cancel <kbd>Esc</kbd>
          </button>
        )}
        {!isActive && prediction.status !== "SUCCEEDED" && (
          <button type="button" class="button" disabled={run.sending.value} onClick={onRetry}>
            <RetryIcon /> Retry
          </button>
        )}
        {!isActive && !run.text.isEmpty.value && (
          <CopyButton text={() => run.text.value} icon={<CopyIcon />} name="Copy" />
        )}
      </div>
      <Progress run={run} prediction={prediction} />
      <div class="output-body">
        {run.problem.value && <Callout problem={run.problem.value} />}
        {prediction.error && <Callout problem={failureProblem(prediction.error)} />}
        {prediction.status === "CANCELED" && <Callout problem={CANCELED} tone="quiet" />}
        <TextOutput run={run} prediction={prediction} />
        <Files run={run} prediction={prediction} />
        <OtherOutput run={run} prediction={prediction} />
      </div>
      <footer class="output-foot">
        <Metrics prediction={prediction} />
        <Logs run={run} />
      </footer>
    </>
  );
}

function TextOutput({ run, prediction }: { run: Run; prediction: Prediction }) {
  const isActive = !isTerminal(prediction.status);
  const awaited = isActive && prediction.model.kind === "TEXT_GENERATION";
  const hidden = run.text.isEmpty.value && !awaited;
  return (
    <div
      class={`text-output${isActive ? " text-live" : ""}`}
      hidden={hidden}
      role="region"
      aria-label="Text"
      tabIndex={0}
      ref={run.text.attach}
    />
  );
}

/** Output that is neither text nor files, as JSON. */
function OtherOutput({ run, prediction }: { run: Run; prediction: Prediction }) {
  const isActive = !isTerminal(prediction.status);
  const final = prediction.text === null && prediction.files.length === 0 ? prediction.output : null;
  const shown = isActive ? run.chunks.value : final === null ? [] : [final];
  if (shown.length === 0) return null;
  return (
    <pre class="json-output" tabIndex={0}>
      {shown.map((value) => JSON.stringify(value, null, 2)).join("\n")}
    </pre>
  );
}

function Logs({ run }: { run: Run }) {
  return (
    <details class="logs" hidden={run.logs.isEmpty.value}>
      <summary>Log</summary>
      <pre class="logs-text" tabIndex={0} aria-label="Log" role="region" ref={run.logs.attach} />
    </details>
  );
}
