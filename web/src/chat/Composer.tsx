import { useEffect, useRef, useState } from "preact/hooks";
import { uriOf } from "../api/uploads";
import { say } from "../messages/messages";
import { Attachments } from "./Attachments";
import type { Chat } from "./chat";
import type { Attachment } from "./conversation";
import { acceptOf, fenced, wayOf } from "./messages_input";

interface Props {
  chat: Chat;
  /** After a message was not sent since a parameter is wrong. */
  onRefused: () => void;
}

/** Where a message is written, and files are attached to it. */
export function Composer({ chat, onRefused }: Props) {
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const [sending, setSending] = useState(0);
  const [problem, setProblem] = useState("");
  const [isOver, setOver] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const id = chat.conversation.value?.id;
  const takes = chat.takes.value;
  const isBusy = chat.run.value !== null;
  const isEmpty = text.trim() === "" && files.length === 0;
  useEffect(() => {
    setProblem("");
    if (matchMedia("(hover: hover)").matches) box.current?.focus({ preventScroll: true });
  }, [id]);
  if (!takes) return null;

  const attach = async (given: readonly File[]) => {
    setProblem("");
    for (const file of given) {
      const way = wayOf(file, takes);
      if (way === null) {
        setProblem(say.chat.notTaken(file.name));
        continue;
      }
      setSending((count) => count + 1);
      try {
        if (way === "text") {
          const words = fenced(file.name, await file.text());
          setText((before) => (before.trim() === "" ? `${words}\n\n` : `${before.trimEnd()}\n\n${words}\n`));
        } else {
          const attachment = { uri: await uriOf(file), name: file.name, contentType: file.type };
          setFiles((before) => [...before, attachment]);
        }
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      } finally {
        setSending((count) => count - 1);
      }
    }
  };
  const send = async () => {
    if (isBusy || isEmpty || sending > 0 || !chat.isReady.value) return;
    const before = chat.conversation.value?.turns.length;
    const sent = chat.send(text, files);
    if (chat.conversation.value?.turns.length === before) return onRefused();
    setText("");
    setFiles([]);
    await sent;
  };
  return (
    <form
      class={`panel composer${isOver ? " composer-over" : ""}`}
      aria-label={say.chat.message}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void attach([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <Attachments files={files} onRemove={(index) => setFiles(files.filter((_, at) => at !== index))} />
      <textarea
        ref={box}
        class="input grow-text composer-text"
        rows={2}
        aria-label={say.chat.message}
        placeholder={say.chat.placeholder}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const isPlain = event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing;
          // on a screen's keyboard Enter begins a line, as there is no other way to
          if (!isPlain || (!event.ctrlKey && !event.metaKey && matchMedia("(hover: none)").matches)) return;
          event.preventDefault();
          void send();
        }}
        onPaste={(event) => {
          const given = [...(event.clipboardData?.files ?? [])];
          if (given.length === 0) return;
          event.preventDefault();
          void attach(given);
        }}
      />
      <p class="field-errors" role="alert">
        {problem}
      </p>
      <div class="composer-actions">
        <input
          ref={picker}
          type="file"
          class="visually-hidden"
          tabIndex={-1}
          multiple
          accept={acceptOf(takes)}
          aria-label={say.chat.attach}
          onChange={(event) => {
            void attach([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
        <button type="button" class="button button-quiet" onClick={() => picker.current?.click()}>
          {sending > 0 ? say.chat.sending : say.chat.attach}
        </button>
        <span class="hint keys-hint">{say.chat.keys}</span>
        {isBusy ? (
          <button type="button" class="button" disabled={chat.isStopping.value} onClick={() => chat.stop()}>
            {chat.isStopping.value ? say.chat.stopping : say.chat.stop}
          </button>
        ) : (
          <button type="submit" class="button button-primary" disabled={isEmpty || sending > 0 || !chat.isReady.value}>
            {say.chat.send}
          </button>
        )}
      </div>
    </form>
  );
}
