import { failureProblem, type Problem } from "../api/problems";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon, RetryIcon } from "../ui/icons";
import { Answers, answersOf } from "./Answers";
import { Choices } from "./Choices";
import { Files } from "./Files";
import { Metrics } from "./Metrics";
import { Progress } from "./Progress";
import { MOST_SHOWN, type LiveText } from "./live_text";
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
        {!isActive && !(run.text.isEmpty.value && run.json.isEmpty.value) && (
          <CopyButton text={() => run.text.value || run.json.value} icon={<CopyIcon />} name="Copy" />
        )}
      </div>
      <Progress run={run} prediction={prediction} />
      <div class="output-body">
        {run.problem.value && <Callout problem={run.problem.value} />}
        {prediction.error && <Callout problem={failureProblem(prediction.error)} />}
        {prediction.status === "CANCELED" && <Callout problem={CANCELED} tone="quiet" />}
        <TextOutput run={run} prediction={prediction} />
        <Choices run={run} prediction={prediction} />
        <Files run={run} prediction={prediction} />
        <OtherOutput run={run} output={prediction.output} />
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
    <>
      <CutNote text={run.text} />
      <div
        class={`text-output${isActive ? " text-live" : ""}`}
        hidden={hidden}
        role="region"
        aria-label="Text"
        tabIndex={0}
        ref={run.text.attach}
      />
    </>
  );
}

function OtherOutput({ run, output }: { run: Run; output: unknown }) {
  const answers = answersOf(output);
  if (answers.length === 0) return <JsonOutput run={run} />;
  return (
    <>
      <Answers answers={answers} />
      {!run.json.isEmpty.value && (
        <details>
          <summary>All of the output</summary>
          <JsonOutput run={run} />
        </details>
      )}
    </>
  );
}

function JsonOutput({ run }: { run: Run }) {
  return (
    <>
      <CutNote text={run.json} />
      <pre
        class="json-output"
        hidden={run.json.isEmpty.value}
        role="region"
        aria-label="JSON"
        tabIndex={0}
        ref={run.json.attach}
      />
    </>
  );
}

/** Where a text is longer than a page can show. */
function CutNote({ text }: { text: LiveText }) {
  if (!text.isCut.value) return null;
  return (
    <p class="hint">
      Only the end is shown: a page has room for some {MOST_SHOWN.toLocaleString()} characters. Copy takes all of them,
      once the prediction has ended.
    </p>
  );
}

function Logs({ run }: { run: Run }) {
  return (
    <details class="logs" hidden={run.logs.isEmpty.value}>
      <summary>Log</summary>
      {run.logs.isCut.value && (
        <p class="hint">The beginning is left out here; the API has all that was kept of the log.</p>
      )}
      <pre class="logs-text" tabIndex={0} aria-label="Log" role="region" ref={run.logs.attach} />
    </details>
  );
}
