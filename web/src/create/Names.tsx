import { useState } from "preact/hooks";
import { request } from "../api/client";
import { RemoveVersionAliasDocument, SetVersionAliasDocument } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import type { EditedModel, Editing, Outcome } from "./editing";
import { Field } from "./fields";

interface Props {
  editing: Editing;
  model: EditedModel;
}

/** What callers may pin instead of a number. */
export function Names({ editing, model }: Props) {
  const words = say.create;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const ready = model.versions.filter(({ state }) => state === "READY");
  if (ready.length === 0) return null;
  const set = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const input = {
      model: model.slug,
      alias: String(given.get("alias")).trim(),
      version: Number(given.get("version")),
    };
    const next = await editing.change(async () => (await request(SetVersionAliasDocument, { input })).setVersionAlias);
    setOutcome(next);
    if (!next.problem) form.reset();
  };
  const remove = async (alias: string) => {
    const input = { model: model.slug, alias };
    const ask = async () => (await request(RemoveVersionAliasDocument, { input })).removeVersionAlias;
    setOutcome(await editing.change(ask));
  };
  const errors = outcome?.errors ?? {};
  return (
    <section class="panel settings" aria-labelledby="names-title">
      <h2 class="section-title" id="names-title">
        {words.stable}
      </h2>
      <p class="hint">{words.stableHint}</p>
      {model.versionAliases.length > 0 && (
        <ul class="setting-list">
          {model.versionAliases.map(({ alias, version }) => (
            <li key={alias} class="setting-row">
              <span class="setting-what">
                <code>{`${model.slug}:${alias}`}</code>
                <span class="hint">{words.version(version)}</span>
              </span>
              <button
                type="button"
                class="button"
                aria-label={words.removeAlias(alias)}
                onClick={() => void remove(alias)}
              >
                {words.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
      <form class="settings-plain" onSubmit={(event) => void set(event)}>
        <div class="field-pair">
          <Field name="alias" label={words.alias} errors={errors["/alias"]}>
            {(given) => <input {...given} placeholder="stable" required />}
          </Field>
          <Field name="version" label={words.aliasVersion} errors={errors["/version"]}>
            {(given) => (
              <select {...given}>
                {ready.map(({ number }) => (
                  <option key={number} value={number}>
                    {number}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {outcome?.problem && <Callout problem={outcome.problem} />}
        <div class="dialog-actions">
          <button type="submit" class="button">
            {words.setAlias}
          </button>
        </div>
      </form>
    </section>
  );
}
