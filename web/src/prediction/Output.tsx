import { useEffect, useState } from "preact/hooks";
import { failureProblem, type Problem } from "../api/problems";
import { signedIn } from "../api/session";
import { loadMessages, say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon, RetryIcon } from "../ui/icons";
import { useModule } from "../ui/module";
import { answersOf } from "./Answers";
import { choicesOf } from "./choice_texts";
import { Files } from "./Files";
import type { Picture } from "./Lightbox";
import { Metrics } from "./Metrics";
import { readNotes, type Notes } from "./notes";
import { Progress } from "./Progress";
import { MOST_SHOWN, type LiveText } from "./live_text";
import { isTerminal, type Prediction, type Run } from "./run";
import { StatusLine } from "./StatusLine";

interface Props {
  run: Run;
  /** Runs the same version with the same input once more. */
  onRetry: () => void;
  /** Gives a picture of the output to the form; null where no field takes one. */
  onUse?: ((picture: Picture) => void) | null;
  /** Told to screen readers; needed where there are several. */
  title?: string;
}

const canceled = (run: Run, { output }: Prediction): Problem => ({
  title: say.prediction.canceled,
  detail: output !== null || !run.text.isEmpty.value ? say.prediction.canceledAbout : say.prediction.canceledEmpty,
});

export function Output({ run, onRetry, onUse = null, title = say.prediction.output }: Props) {
  const prediction = run.prediction.value;
  return (
    <section class="panel output" aria-label={title}>
      <h2 class="visually-hidden">{title}</h2>
      {prediction ? <Shown run={run} prediction={prediction} onRetry={onRetry} onUse={onUse} /> : <Idle run={run} />}
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
      <p>{say.prediction.idle}</p>
      <p class="hint">
        <span class="keys-hint">{say.prediction.idleKeys} </span>
        {say.prediction.idleLink}
      </p>
    </div>
  );
}

function Shown({ run, prediction, onRetry, onUse = null }: Props & { prediction: Prediction }) {
  const isActive = !isTerminal(prediction.status);
  return (
    <>
      <div class="output-head">
        <StatusLine run={run} prediction={prediction} />
        {isActive && (
          <button type="button" class="button" disabled={run.canceling.value} onClick={() => void run.cancel()}>
            {say.prediction.cancel} <kbd>Esc</kbd>
          </button>
        )}
        {!isActive && prediction.status !== "SUCCEEDED" && (
          <button type="button" class="button" disabled={run.sending.value} onClick={onRetry}>
            <RetryIcon /> {say.prediction.retry}
          </button>
        )}
        {!isActive && !run.text.isEmpty.value && (
          <CopyButton text={() => run.text.value} icon={<CopyIcon />} name={say.prediction.copy} />
        )}
        {!isActive && prediction.output !== null && typeof prediction.output !== "string" && (
          <CopyButton
            text={() => JSON.stringify(prediction.output, null, 2)}
            icon={<CopyIcon />}
            name={say.prediction.copyJson}
          />
        )}
      </div>
      <Progress run={run} prediction={prediction} />
      <div class="output-body">
        {run.problem.value && <Callout problem={run.problem.value} />}
        {prediction.error && <Callout problem={failureProblem(prediction.error)} />}
        {prediction.status === "CANCELED" && <Callout problem={canceled(run, prediction)} tone="quiet" />}
        <TextOutput run={run} prediction={prediction} />
        <ChoicesPart run={run} prediction={prediction} />
        <Files run={run} prediction={prediction} onUse={onUse} />
        <OtherOutput run={run} output={prediction.output} />
      </div>
      <footer class="output-foot">
        <Aside prediction={prediction} />
        <Logs run={run} />
      </footer>
    </>
  );
}

const loadOwn = async () => (await Promise.all([import("./OwnActions"), loadMessages("shared")]))[0];
const loadOrigin = async () => (await Promise.all([import("./Origin"), loadMessages("shared")]))[0];

/** What it took and cost, what is thought and made of it, and what it runs again. */
function Aside({ prediction }: { prediction: Prediction }) {
  const { id, status } = prediction;
  const [notes, setNotes] = useState<Notes | null>(null);
  const hasEnded = isTerminal(status);
  useEffect(() => {
    let isShown = true;
    setNotes(null);
    // without them the page still is a prediction's
    readNotes(id).then(
      (known) => isShown && setNotes(known),
      () => undefined,
    );
    return () => void (isShown = false);
  }, [id, hasEnded, signedIn.value]);
  const isJudged = notes?.isOwn === true && status === "SUCCEEDED";
  const marks = notes?.marks ?? null;
  const parent = notes?.parent ?? null;
  const thumbs = useModule(() => import("./Thumbs"), isJudged);
  const own = useModule(loadOwn, marks !== null);
  const origin = useModule(loadOrigin, parent !== null);
  return (
    <>
      <Metrics prediction={prediction} cost={notes?.cost ?? null} />
      <div class="output-marks">
        {thumbs && notes && isJudged && (
          <thumbs.Thumbs id={id} value={notes.thumb} onNoted={(thumb) => setNotes({ ...notes, thumb })} />
        )}
        {own && notes && marks && (
          <own.OwnActions id={id} marks={marks} onMarked={(next) => setNotes({ ...notes, marks: next })} />
        )}
      </div>
      {origin && parent && <origin.Origin prediction={prediction} parent={parent} />}
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
        aria-label={say.prediction.text}
        tabIndex={0}
        ref={run.text.attach}
      />
    </>
  );
}

const loadChoices = async () => (await Promise.all([import("./Choices"), loadMessages("choices")]))[0];

/** What is shown of several texts or calls, loaded where there are any. */
function ChoicesPart({ run, prediction }: { run: Run; prediction: Prediction }) {
  const isWanted = run.others.value.length > 0 || choicesOf(prediction.output).length > 0;
  const part = useModule(loadChoices, isWanted);
  return part && <part.Choices run={run} prediction={prediction} />;
}

function OtherOutput({ run, output }: { run: Run; output: unknown }) {
  const answers = answersOf(output);
  const part = useModule(() => import("./AnswersTable"), answers.length > 0);
  if (answers.length === 0) return <JsonOutput run={run} />;
  return (
    <>
      {part && <part.AnswersTable answers={answers} />}
      {!run.json.isEmpty.value && (
        <details>
          <summary>{say.prediction.allOutput}</summary>
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
        aria-label={say.prediction.json}
        tabIndex={0}
        ref={run.json.attach}
      />
    </>
  );
}

/** Where a text is longer than a page can show. */
function CutNote({ text }: { text: LiveText }) {
  if (!text.isCut.value) return null;
  return <p class="hint">{say.prediction.cut(MOST_SHOWN)}</p>;
}

function Logs({ run }: { run: Run }) {
  return (
    <details class="logs" hidden={run.logs.isEmpty.value}>
      <summary>{say.prediction.log}</summary>
      {run.logs.isCut.value && <p class="hint">{say.prediction.logCut}</p>}
      <pre class="logs-text" tabIndex={0} aria-label={say.prediction.log} role="region" ref={run.logs.attach} />
    </details>
  );
}
