import { useState } from "preact/hooks";
import type { Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import type { EditedModel, Editing } from "./editing";
import { Field } from "./fields";

/** Deletes the model, once its name is typed. */
export function Deletion({ editing, model }: { editing: Editing; model: EditedModel }) {
  const words = say.create;
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const isSure = typed.trim() === model.slug;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSure) setProblem(await editing.remove());
  };
  return (
    <form class="panel settings danger" aria-labelledby="delete-title" onSubmit={(event) => void submit(event)}>
      <h2 class="section-title" id="delete-title">
        {words.delete}
      </h2>
      <p class="hint">{words.deleteHint(model.slug)}</p>
      <Field name="delete" label={words.deleteType(model.slug)}>
        {(given) => <input {...given} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />}
      </Field>
      {problem && <Callout problem={problem} />}
      <div class="dialog-actions">
        <button type="submit" class="button button-danger" disabled={!isSure}>
          {words.deleteButton}
        </button>
      </div>
    </form>
  );
}
