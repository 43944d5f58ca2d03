import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { InputFields } from "../form/InputFields";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { LinkIcon } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { preparation } from "../ui/preparation";
import { modelPath } from "../ui/router";
import type { Chat } from "./chat";
import { Composer } from "./Composer";
import { fragmentOf } from "./link";
import { TurnView } from "./TurnView";

interface Props {
  chat: Chat;
  slug: string;
}

/** One conversation: what it is with and how, what was said, and where the next message is written. */
export function Talk({ chat, slug }: Props) {
  const settings = useRef<HTMLDetailsElement>(null);
  useKeys(
    () => Promise.resolve(),
    () => chat.run.value !== null && chat.stop(),
  );
  /** Opens the settings where one of them is wrong. */
  const showSettings = () => {
    if (!chat.form.value?.fields.some(({ errors }) => errors.value.length > 0)) return;
    if (settings.current) settings.current.open = true;
    queueMicrotask(() => settings.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  return (
    <section class="chat-main" aria-label={say.chat.titleOf(slug)}>
      <Head chat={chat} slug={slug} />
      <Standing chat={chat} slug={slug} />
      {chat.form.value && (
        <details class="panel chat-settings" ref={settings}>
          <summary>{say.chat.settings}</summary>
          <Settings chat={chat} />
        </details>
      )}
      <Thread chat={chat} />
      {chat.takes.value && <Composer chat={chat} onRefused={showSettings} />}
    </section>
  );
}

function Head({ chat, slug }: Props) {
  const [owner, name] = slug.split("/");
  const version = chat.model.value?.latestVersion;
  return (
    <div class="page-head">
      <div class="page-line">
        <h1 class="page-title page-slug">
          <span class="visually-hidden">{say.chat.with} </span>
          <a class="page-up" href={modelPath(slug)}>
            <span class="page-owner">{owner}/</span>
            {name}
          </a>
        </h1>
        {version && <span class="hint">{say.chat.version(version.number)}</span>}
        <Total chat={chat} />
        {chat.turns.value.length > 0 && <CopyLink chat={chat} />}
      </div>
    </div>
  );
}

/** What all answers of a conversation wrote, those of other branches too. */
function Total({ chat }: { chat: Chat }) {
  const usages = (chat.conversation.value?.turns ?? []).map(({ usage }) => usage).filter((usage) => usage !== null);
  const tokens = usages.reduce(
    (sum, { inputTokens, outputTokens }) => sum + (inputTokens ?? 0) + (outputTokens ?? 0),
    0,
  );
  return tokens === 0 ? null : <span class="hint">{say.chat.total(say.chat.tokens(tokens))}</span>;
}

/** Copies an address that holds what is shown. */
function CopyLink({ chat }: { chat: Chat }) {
  const [state, setState] = useState<"idle" | "copied" | "long">("idle");
  const copy = async () => {
    const conversation = chat.conversation.value;
    const fragment = conversation && (await fragmentOf(conversation, chat.turns.value));
    if (!fragment) return setState("long");
    await navigator.clipboard.writeText(location.origin + location.pathname + fragment);
    setState("copied");
  };
  useEffect(() => setState("idle"), [chat.conversation.value]);
  if (!("clipboard" in navigator)) return null;
  return (
    <span class="chat-link">
      <button type="button" class="button button-quiet" title={say.chat.linkAbout} onClick={() => void copy()}>
        <LinkIcon /> {say.chat.copyLink}
      </button>
      <span class="hint" role="status">
        {state === "copied" && say.chat.linkCopied}
        {state === "long" && say.chat.linkTooLong}
      </span>
    </span>
  );
}

/** What keeps the model from answering, or this browser from keeping what is said. */
function Standing({ chat, slug }: Props) {
  const model = chat.model.value;
  const version = model?.latestVersion;
  const notReady = model && version?.state !== "READY";
  return (
    <div class="chat-standing">
      {chat.problem.value && <Callout problem={chat.problem.value} />}
      {notReady && (
        <Callout
          tone={version?.state === "REFUSED" ? "error" : "quiet"}
          problem={{
            title: version?.state === "REFUSED" ? say.chat.refused : say.chat.preparing,
            detail: preparation(version),
          }}
        >
          <a href={modelPath(slug)}>{say.chat.modelPage}</a>
        </Callout>
      )}
      {model && version?.state === "READY" && chat.takes.value === null && (
        <Callout tone="quiet" problem={{ title: say.chat.noTemplate, detail: say.chat.noTemplateAbout }}>
          <a href={modelPath(slug)}>{say.chat.modelPage}</a>
        </Callout>
      )}
      {model?.pausedAt && (
        <Callout
          tone="quiet"
          problem={{ title: say.chat.paused, detail: say.chat.pausedAbout(model.pauseReason ?? "") }}
        />
      )}
      {chat.isLinkBroken.value && (
        <Callout problem={{ title: say.chat.linkBroken, detail: say.chat.linkBrokenAbout }} />
      )}
      {!chat.isStored.value && <Callout problem={{ title: say.chat.notStored, detail: say.chat.notStoredAbout }} />}
      {chat.isShared.value && <p class="hint">{say.chat.shared}</p>}
    </div>
  );
}

function Settings({ chat }: { chat: Chat }) {
  const form = chat.form.value;
  return (
    <>
      <div class="fields">
        <div class="field field-wide">
          <label class="field-label" for="chat-system">
            {say.chat.system}
          </label>
          <textarea
            id="chat-system"
            class="input grow-text"
            rows={2}
            aria-describedby="chat-system-about"
            value={chat.conversation.value?.system ?? ""}
            onInput={(event) => chat.setSystem(event.currentTarget.value)}
          />
          <p class="field-about" id="chat-system-about">
            {say.chat.systemAbout}
          </p>
        </div>
      </div>
      {form && <InputFields form={form} />}
    </>
  );
}

const NEAR_PX = 80;

function Thread({ chat }: { chat: Chat }) {
  const turns = chat.turns.value;
  const conversation = chat.conversation.value;
  const thread = useRef<HTMLOListElement>(null);
  useFollow(thread);
  if (!conversation) return <div class="panel output" aria-busy="true" />;
  return (
    <>
      <ol class="thread" ref={thread} aria-label={say.chat.title}>
        {turns.map((turn, index) => (
          <TurnView
            key={turn.id}
            chat={chat}
            conversation={conversation}
            turn={turn}
            isLast={index === turns.length - 1}
          />
        ))}
      </ol>
      {turns.length === 0 && chat.isReady.value && <Beginnings chat={chat} />}
      <p class="visually-hidden" role="status">
        {chat.run.value !== null ? say.chat.isWriting : turns.at(-1)?.role === "assistant" ? say.chat.isDone : ""}
      </p>
    </>
  );
}

/** What one may begin with: what the model's samples were asked. */
function Beginnings({ chat }: { chat: Chat }) {
  const questions = (chat.model.value?.samples ?? [])
    .map(({ input }) => questionOf(input))
    .filter((text) => text !== "");
  return (
    <div class="chat-empty">
      <p class="hint">{say.chat.empty}</p>
      {questions.map((text) => (
        <button key={text} type="button" class="button" onClick={() => void chat.send(text, [])}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** The one thing that was said to a model in an input; "" where there was more, or something else. */
function questionOf(input: unknown): string {
  const messages = (input as { messages?: unknown } | null)?.messages;
  if (!Array.isArray(messages) || messages.length !== 1) return "";
  const { role, content } = messages[0] as { role?: unknown; content?: unknown };
  return role === "user" && typeof content === "string" ? content : "";
}

/** Keeps the page at its end while a conversation grows, unless the reader went elsewhere. */
function useFollow(thread: { current: HTMLElement | null }): void {
  const isAtEnd = useRef(true);
  useEffect(() => {
    const page = document.documentElement;
    const onScroll = () => (isAtEnd.current = page.scrollHeight - page.scrollTop - innerHeight < NEAR_PX);
    addEventListener("scroll", onScroll, { passive: true });
    return () => removeEventListener("scroll", onScroll);
  }, []);
  useLayoutEffect(() => {
    const element = thread.current;
    if (!element) return;
    const grown = new ResizeObserver(() => isAtEnd.current && scrollTo(0, document.documentElement.scrollHeight));
    grown.observe(element);
    return () => grown.disconnect();
  }, [thread]);
}
