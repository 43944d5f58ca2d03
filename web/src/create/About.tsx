import { useState } from "preact/hooks";
import type { ModelCategory, Visibility } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { MarkdownText } from "../markdown/markdown";
import { Callout } from "../ui/Callout";
import { Tabs } from "../ui/Tabs";
import type { EditedModel, Editing, Outcome } from "./editing";
import { Field } from "./fields";
import { focusFirstError } from "./focus";
import { tagsOf } from "./lists";

interface Props {
  editing: Editing;
  model: EditedModel;
}

/** What the model's page says, and who sees it. */
export function About({ editing, model }: Props) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);
  const words = say.create;
  const errors = outcome?.errors ?? {};
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const read = (name: string) => String(given.get(name) ?? "").trim();
    setBusy(true);
    setOutcome(null);
    const license = { name: read("license"), url: read("licenseUrl") || null };
    const next = await editing.update({
      description: String(given.get("description") ?? "").replaceAll("\r\n", "\n"),
      tags: tagsOf(read("tags")),
      categories: given.getAll("categories") as ModelCategory[],
      languages: tagsOf(read("languages")),
      license: license.name || model.license ? license : null,
      visibility: read("visibility") as Visibility,
      sharedWith: model.sharedWith ? tagsOf(read("sharedWith")) : null,
    });
    setBusy(false);
    setOutcome(next);
    if (next.problem) focusFirstError();
  };
  return (
    <form class="panel settings" aria-labelledby="about-title" onSubmit={(event) => void save(event)}>
      <h2 class="section-title" id="about-title">
        {words.about}
      </h2>
      <Readme text={model.description} errors={errors["/description"]} />
      <div class="field-pair">
        <Field name="tags" label={words.tags} hint={words.tagsHint} errors={errors["/tags"]}>
          {(given) => <input {...given} defaultValue={model.tags.join(", ")} />}
        </Field>
        <Field name="languages" label={words.languages} hint={words.languagesHint} errors={errors["/languages"]}>
          {(given) => <input {...given} defaultValue={model.languages.join(", ")} />}
        </Field>
      </div>
      <fieldset class="scopes">
        <legend class="field-label">{words.categories}</legend>
        <p class="hint">{words.categoriesHint}</p>
        <div class="marks">
          {Object.entries(say.gallery.categories).map(([category, title]) => (
            <label key={category} class="scope">
              <input
                type="checkbox"
                class="choice"
                name="categories"
                value={category}
                defaultChecked={model.categories.includes(category as ModelCategory)}
              />
              {title}
            </label>
          ))}
        </div>
        {errors["/categories"] && <p class="field-errors">{errors["/categories"].join(" ")}</p>}
      </fieldset>
      <div class="field-pair">
        <Field
          name="license"
          label={words.license}
          hint={words.licenseHint}
          errors={errors["/license/name"] ?? errors["/license"]}
        >
          {(given) => <input {...given} maxLength={100} defaultValue={model.license?.name ?? ""} />}
        </Field>
        <Field name="licenseUrl" label={words.licenseUrl} errors={errors["/license/url"]}>
          {(given) => <input {...given} inputMode="url" defaultValue={model.license?.url ?? ""} />}
        </Field>
      </div>
      <div class="field-pair">
        <Field name="visibility" label={words.visibility} errors={errors["/visibility"]}>
          {(given) => (
            <select {...given} defaultValue={model.visibility}>
              {Object.entries(words.visibilities).map(([value, title]) => (
                <option key={value} value={value} selected={model.visibility === value}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        {model.sharedWith && (
          <Field name="sharedWith" label={words.sharedWith} hint={words.sharedWithHint} errors={errors["/sharedWith"]}>
            {(given) => <input {...given} defaultValue={model.sharedWith?.map(({ handle }) => handle).join(", ")} />}
          </Field>
        )}
      </div>
      {outcome?.problem && <Callout problem={outcome.problem} />}
      <div class="dialog-actions">
        <button type="submit" class="button button-primary" aria-disabled={isBusy}>
          {isBusy ? words.saving : words.save}
        </button>
        <p class="hint" role="status">
          {outcome && !outcome.problem ? words.saved : ""}
        </p>
      </div>
    </form>
  );
}

/** The description as it is written, and as its page will show it. */
function Readme({ text, errors }: { text: string; errors: readonly string[] | undefined }) {
  const words = say.create;
  const [view, setView] = useState<"write" | "preview">("write");
  const [written, setWritten] = useState(text);
  return (
    <div class="readme-edit">
      <Tabs
        label={words.readmeViews}
        panel="readme-edit"
        tabs={[
          ["write", words.write],
          ["preview", words.preview],
        ]}
        selected={view}
        onSelect={setView}
      />
      <div id="readme-edit" role="tabpanel" aria-labelledby={`readme-edit-${view}`}>
        <div hidden={view !== "write"}>
          <Field name="description" label={words.readme} errors={errors}>
            {(given) => (
              <textarea
                {...given}
                spellcheck
                rows={12}
                maxLength={10_000}
                value={written}
                onInput={(event) => setWritten(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        {view === "preview" && (
          <div class="markdown readme-preview" tabIndex={0}>
            {written.trim() ? <MarkdownText text={written} /> : <p class="hint">{words.emptyPreview}</p>}
          </div>
        )}
      </div>
    </div>
  );
}
