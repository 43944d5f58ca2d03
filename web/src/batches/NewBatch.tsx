import { useState } from "preact/hooks";
import type { Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { batchPath, go, query } from "../ui/router";
import { createBatch, parsed } from "./batches";

const EXAMPLE = '{"prompt": "Once"}\n{"prompt": "Twice"}';

/** An order: a model, and a file or lines of inputs. */
export function NewBatch() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState("");
  // the same order, sent again because no answer came, is the same batch
  const [key, setKey] = useState(() => crypto.randomUUID());
  const count = file ? null : (parsed(text)?.length ?? null);
  const change = () => {
    setKey(crypto.randomUUID());
    setProblem(null);
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const most = Number(given.get("most"));
    setBusy(true);
    const answer = await createBatch({
      model: String(given.get("model")).trim(),
      lines: file ?? text,
      allOrNothing: given.has("all"),
      maxConcurrency: most > 0 ? most : null,
      idempotencyKey: key,
    });
    setBusy(false);
    if ("id" in answer) return go(batchPath(answer.id));
    setProblem(answer);
    return undefined;
  };

  return (
    <details class="panel settings" open={query.value.has("model")}>
      <summary class="section-title">{say.batches.create}</summary>
      <form class="batch-form" onSubmit={(event) => void submit(event)} onInput={change}>
        <label class="field">
          <span class="field-label">{say.batches.model}</span>
          <input
            class="input mono"
            name="model"
            placeholder="owner/name"
            defaultValue={query.value.get("model") ?? ""}
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            required
          />
        </label>
        <label class="field">
          <span class="field-label">{say.batches.lines}</span>
          <textarea
            class="input mono"
            rows={6}
            placeholder={EXAMPLE}
            value={text}
            disabled={file !== null}
            required={file === null}
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <span class="hint" role="status">
            {text !== "" && !file && (count === null ? say.batches.unreadable : say.batches.inputs(count))}
          </span>
        </label>
        <label class="field">
          <span class="field-label">{say.batches.file}</span>
          <input
            type="file"
            accept=".jsonl,.ndjson,.json,application/x-ndjson,text/plain"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
        </label>
        <label class="field batch-most">
          <span class="field-label">{say.batches.most}</span>
          <input class="input" name="most" type="number" min={1} placeholder={say.batches.asMany} />
        </label>
        <label class="scope">
          <input type="checkbox" class="choice" name="all" /> {say.batches.allOrNothing}
        </label>
        {problem && <Callout problem={problem} />}
        <button type="submit" class="button button-primary" disabled={busy}>
          {busy ? say.batches.sending : say.batches.start}
        </button>
      </form>
    </details>
  );
}
