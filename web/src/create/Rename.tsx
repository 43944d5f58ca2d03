import { useState } from "preact/hooks";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { editPath, go } from "../ui/router";
import type { EditedModel, Editing, Outcome } from "./editing";
import { Field } from "./fields";

/** Gives the model another name, to which links with its former one lead. */
export function Rename({ editing, model }: { editing: Editing; model: EditedModel }) {
  const words = say.create;
  const [name, setName] = useState(model.name);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const isAnother = name.trim() !== model.name && name.trim() !== "";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!isAnother) return;
    const next = await editing.update({ name: name.trim() });
    setOutcome(next);
    if (!next.problem) go(editPath(`${model.owner.handle}/${name.trim()}`), { replace: true });
  };
  return (
    <form class="panel settings" aria-labelledby="rename-title" onSubmit={(event) => void submit(event)}>
      <h2 class="section-title" id="rename-title">
        {words.rename}
      </h2>
      <Field name="name" label={words.name} hint={words.renameHint(model.slug)} errors={outcome?.errors["/name"] ?? []}>
        {(given) => <input {...given} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
      {outcome?.problem && <Callout problem={outcome.problem} />}
      <div class="dialog-actions">
        <button type="submit" class="button" disabled={!isAnother}>
          {words.renameButton}
        </button>
      </div>
    </form>
  );
}
