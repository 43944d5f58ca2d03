import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { MarkdownText } from "../markdown/markdown";
import { say } from "../messages/messages";
import { detailOf } from "../prediction/StatusLine";
import type { LiveText } from "../prediction/live_text";
import type { Run } from "../prediction/run";
import { Thumbs } from "../prediction/Thumbs";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon, RetryIcon } from "../ui/icons";
import { predictionPath } from "../ui/router";
import { money, rate } from "../ui/units";
import { Attachments } from "./Attachments";
import type { Chat } from "./chat";
import { following, type Conversation, type Turn } from "./conversation";
import { withoutThoughts } from "./messages_input";

interface Props {
  chat: Chat;
  conversation: Conversation;
  turn: Turn;
  isLast: boolean;
}

/** One message, with what can be done with it. */
export function TurnView(props: Props) {
  const { turn } = props;
  return (
    <li class="turn" data-role={turn.role} data-state={turn.state}>
      <h2 class={turn.role === "tool" ? "turn-name" : "visually-hidden"}>{nameOf(props)}</h2>
      {turn.role === "assistant" ? (
        <Answer {...props} />
      ) : turn.role === "tool" ? (
        <ToolResult {...props} />
      ) : (
        <Own {...props} />
      )}
    </li>
  );
}

function nameOf({ conversation, turn }: Props): string {
  if (turn.role === "user") return say.chat.you;
  if (turn.role === "assistant") return say.chat.answer;
  const calls = conversation.turns.flatMap((one) => one.calls);
  const call = calls.find(({ id }) => id !== "" && id === turn.callId);
  return call ? say.chat.resultOf(call.name) : say.chat.toolResult;
}

function ToolResult({ turn }: Props) {
  return (
    <pre class="turn-text json-output" tabIndex={0}>
      {turn.text}
    </pre>
  );
}

function Own(props: Props) {
  const { chat, turn } = props;
  const [isEdited, setEdited] = useState(false);
  if (isEdited) return <Editor {...props} onClose={() => setEdited(false)} />;
  return (
    <>
      <Attachments files={turn.files} />
      {turn.text !== "" && <p class="turn-text turn-own">{turn.text}</p>}
      <div class="turn-actions">
        <Branches {...props} />
        <CopyButton text={() => turn.text} icon={<CopyIcon />} name={say.chat.copy} />
        {chat.run.value === null && chat.isReady.value && (
          <button type="button" class="button button-quiet" onClick={() => setEdited(true)}>
            {say.chat.edit}
          </button>
        )}
      </div>
    </>
  );
}

function Editor({ chat, turn, onClose }: Props & { onClose: () => void }) {
  const [text, setText] = useState(turn.text);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const isEmpty = text.trim() === "" && turn.files.length === 0;
  return (
    <form
      class="turn-editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (isEmpty) return;
        onClose();
        void chat.edit(turn, text);
      }}
    >
      <textarea
        ref={box}
        class="input grow-text"
        rows={3}
        aria-label={say.chat.editMessage}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          onClose();
        }}
      />
      <div class="turn-actions">
        <button type="submit" class="button button-primary" disabled={isEmpty}>
          {say.chat.send}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {say.chat.cancel}
        </button>
      </div>
    </form>
  );
}

function Answer(props: Props) {
  const { chat, turn } = props;
  const run = chat.run.value;
  const isOpen = turn.state === "open";
  const isFree = run === null && chat.isReady.value;
  return (
    <>
      {isOpen && run ? <Live run={run} isStopping={chat.isStopping.value} /> : <Written {...turn} />}
      {turn.state === "stopped" && <p class="hint">{say.chat.stopped}</p>}
      {turn.state === "failed" && (
        <Callout problem={turn.problem ?? { title: say.chat.failed, detail: "" }}>
          {isFree && (
            <button type="button" class="button" onClick={() => void chat.tryAgain(turn)}>
              <RetryIcon /> {say.chat.tryAgain}
            </button>
          )}
        </Callout>
      )}
      {!isOpen && <Calls {...props} />}
      {!isOpen && (
        <div class="turn-actions">
          <Branches {...props} />
          {turn.text !== "" && <CopyButton text={() => turn.text} icon={<CopyIcon />} name={say.chat.copy} />}
          {isFree && turn.state !== "failed" && (
            <button type="button" class="button button-quiet" onClick={() => void chat.regenerate(turn)}>
              <RetryIcon /> {say.chat.again}
            </button>
          )}
          {turn.prediction !== null && turn.state === "done" && (
            <Thumbs id={turn.prediction} value={turn.thumb} onNoted={(value) => chat.noteThumb(turn, value)} />
          )}
          <Facts turn={turn} />
        </div>
      )}
    </>
  );
}

/** What an answer took, and where to see more of it. */
function Facts({ turn: { usage, prediction } }: { turn: Turn }) {
  const { inputTokens, outputTokens, tokensPerSecond, cost } = usage ?? {};
  const facts = [
    outputTokens ? say.chat.tokens((inputTokens ?? 0) + outputTokens) : "",
    tokensPerSecond ? say.chat.rate(rate(tokensPerSecond)) : "",
    cost ? money(cost.amount, cost.currency) : "",
  ].filter(Boolean);
  return (
    <span class="hint turn-facts">
      {facts.join(" · ")} {prediction !== null && <a href={predictionPath(prediction)}>{say.chat.run}</a>}
    </span>
  );
}

/** The answer as it is written. */
function Live({ run, isStopping }: { run: Run; isStopping: boolean }) {
  const text = useLiveText(run.text);
  const prediction = run.prediction.value;
  const parts = withoutThoughts(text);
  const isWaiting = text === "";
  return (
    <>
      <Reasoning text={parts.reasoning} isOpen={parts.text === ""} />
      <Markdown text={parts.text} />
      <p class="hint turn-waiting">
        <span class="turn-cursor" aria-hidden="true" />
        {isStopping ? say.chat.stopping : isWaiting && (prediction ? detailOf(run, prediction) : say.chat.starting)}
        {run.link.value === "reconnecting" && ` ${say.chat.offline}`}
      </p>
      {run.problem.value && <Callout problem={run.problem.value} />}
    </>
  );
}

function Written({ text, reasoning }: Turn) {
  return (
    <>
      <Reasoning text={reasoning} isOpen={false} />
      <Markdown text={text} />
    </>
  );
}

function Markdown({ text }: { text: string }) {
  return useMemo(
    () =>
      text === "" ? null : (
        <div class="turn-text markdown">
          <MarkdownText text={text} isCopyable />
        </div>
      ),
    [text],
  );
}

function Reasoning({ text, isOpen }: { text: string; isOpen: boolean }) {
  if (text === "") return null;
  return (
    <details class="turn-reasoning">
      <summary>{isOpen ? say.chat.thinking : say.chat.reasoning}</summary>
      <p class="turn-own">{text}</p>
    </details>
  );
}

/** The longest pause between two looks at a text that grows: to read a long one again takes its time. */
const pauseOf = (text: string): number => Math.min(400, 30 + text.length / 300);

/** A text that grows, seldom enough for what shows it to keep up. */
function useLiveText(text: LiveText): string {
  const [shown, setShown] = useState(text.value);
  useEffect(() => {
    let timer = 0;
    const look = () => {
      timer = 0;
      setShown(text.value);
    };
    const stop = text.changes.subscribe(() => (timer ||= window.setTimeout(look, pauseOf(text.value))));
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [text]);
  return shown;
}

/** What a model asks to be called for it, and where the results are given. */
function Calls({ chat, turn, isLast }: Props) {
  const [results, setResults] = useState<readonly string[]>([]);
  if (turn.calls.length === 0) return null;
  const isAsking = isLast && chat.run.value === null && chat.isReady.value;
  return (
    <form
      class="turn-calls"
      onSubmit={(event) => {
        event.preventDefault();
        void chat.giveResults(
          turn,
          turn.calls.map((_, index) => results[index] ?? ""),
        );
      }}
    >
      {turn.calls.map(({ name, values }, index) => (
        <div class="turn-call" key={index}>
          <p>{say.chat.call(name)}</p>
          <pre class="json-output" tabIndex={0}>
            {values}
          </pre>
          {isAsking && (
            <textarea
              class="input mono grow-text"
              rows={2}
              aria-label={say.chat.resultOf(name)}
              placeholder={say.chat.resultOf(name)}
              value={results[index] ?? ""}
              onInput={(event) => {
                const { value } = event.currentTarget;
                setResults(turn.calls.map((_, at) => (at === index ? value : (results[at] ?? ""))));
              }}
            />
          )}
        </div>
      ))}
      {isAsking && (
        <button type="submit" class="button">
          {say.chat.giveResults}
        </button>
      )}
    </form>
  );
}

/** Goes from one to another of several that follow the same turn. */
function Branches({ chat, conversation, turn }: Props) {
  const all = following(conversation, turn.parent);
  if (all.length < 2) return null;
  const at = all.findIndex(({ id }) => id === turn.id);
  const step = (by: number, name: string, sign: string) => {
    const next = all[at + by];
    return (
      <button
        type="button"
        class="button button-quiet button-icon"
        aria-label={name}
        title={name}
        disabled={!next || chat.run.value !== null}
        onClick={() => next && chat.show(next)}
      >
        {sign}
      </button>
    );
  };
  return (
    <span class="turn-branches" role="group" aria-label={say.chat.branches}>
      {step(-1, say.chat.earlier, "‹")}
      <span class="hint">{say.chat.branch(at + 1, all.length)}</span>
      {step(1, say.chat.later, "›")}
    </span>
  );
}
