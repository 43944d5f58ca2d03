import "../styles/create.css";
import { signal, type Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { CreateModelDocument, type Visibility } from "../api/generated/graphql";
import { apiProblem, refusalProblem, type Problem } from "../api/problems";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { Callout } from "../ui/Callout";
import { Choice, errorsOf, Field, TextField, type Errors } from "./fields";
import { Preparing } from "./Preparing";
import { focusFirstError, hasField } from "./focus";
import { tagsOf } from "./lists";
import { Source } from "./source";
import { SourceFields } from "./SourceFields";

/** Adds a model: where it comes from, what the hub says of that, what it is called; then how it is prepared. */
export function CreatePage({ account }: { account: Account }) {
  const [draft] = useState(() => new Draft());
  useEffect(() => () => draft.source.close(), []);
  const words = say.create;
  if (!signedIn.value || !account.mayAddModels.value) {
    return (
      <div class="stage">
        <h1 class="stage-title">{words.title}</h1>
        <p>{signedIn.value ? words.adminsOnly : words.signInFirst}</p>
        {!signedIn.value && (
          <p>
            <button type="button" class="button button-primary" onClick={() => account.askToEnter()}>
              {words.signIn}
            </button>
          </p>
        )}
      </div>
    );
  }
  const slug = draft.slug.value;
  if (slug) return <Preparing slug={slug} onChange={() => (draft.slug.value = null)} />;
  const { source } = draft;
  const errors = draft.errors.value;
  return (
    <div class="studio">
      <div class="page-head">
        <h1 class="page-title">{words.title}</h1>
        <p class="hint">{words.lead}</p>
      </div>
      <form
        class="panel settings"
        aria-label={words.title}
        onSubmit={(event) => {
          event.preventDefault();
          void draft.create();
        }}
      >
        <SourceFields source={source} errors={errors} isAdmin={account.isAdmin.value} />
        <div class="field-pair">
          <Field
            name="name"
            label={words.name}
            hint={words.nameHint(account.handle.value ?? "")}
            errors={errors["/name"]}
          >
            {(given) => (
              <input
                {...given}
                value={draft.name.value ?? source.suggestedName}
                maxLength={63}
                required
                onInput={(event) => (draft.name.value = event.currentTarget.value)}
              />
            )}
          </Field>
          <Choice
            name="visibility"
            label={words.visibility}
            value={draft.visibility}
            options={words.visibilities}
            errors={errors["/visibility"]}
          />
        </div>
        <Field
          name="description"
          label={words.description}
          hint={words.descriptionHint}
          errors={errors["/description"]}
        >
          {(given) => (
            <textarea
              {...given}
              spellcheck
              rows={3}
              maxLength={10_000}
              value={draft.description.value}
              onInput={(event) => (draft.description.value = event.currentTarget.value)}
            />
          )}
        </Field>
        <TextField
          name="tags"
          label={words.tags}
          hint={words.tagsHint}
          errors={errors["/tags"]}
          value={draft.tags}
          isOptional
        />
        {draft.problem.value && <Callout problem={draft.problem.value} />}
        <div class="dialog-actions">
          <button type="submit" class="button button-primary" aria-disabled={draft.busy.value}>
            {draft.busy.value ? words.adding : words.add}
          </button>
          <a class="button button-quiet" href="/">
            {words.cancel}
          </a>
        </div>
      </form>
    </div>
  );
}

class Draft {
  readonly source = new Source();
  /** null: the one that its source suggests. */
  readonly name = signal<string | null>(null);
  readonly visibility: Signal<Visibility> = signal<Visibility>("PRIVATE");
  readonly description = signal("");
  readonly tags = signal("");
  readonly busy = signal(false);
  readonly problem = signal<Problem | null>(null);
  readonly errors = signal<Errors>({});
  /** The model, once it was added. */
  readonly slug = signal<string | null>(null);

  async create(): Promise<void> {
    if (this.busy.value) return;
    this.busy.value = true;
    this.problem.value = null;
    this.errors.value = {};
    const input = {
      ...this.source.version(),
      name: (this.name.value ?? this.source.suggestedName).trim(),
      kind: this.source.kind.value,
      visibility: this.visibility.value,
      description: this.description.value,
      tags: tagsOf(this.tags.value),
    };
    try {
      const { createModel: result } = await request(CreateModelDocument, { input });
      if (result.__typename === "Model") this.slug.value = result.slug;
      else {
        const errors = result.__typename === "InvalidInput" ? errorsOf(result.violations) : {};
        this.errors.value = errors;
        const isAllAtFields = Object.keys(errors).length > 0 && Object.keys(errors).every(hasField);
        this.problem.value = isAllAtFields ? null : refusalProblem(result);
        focusFirstError();
      }
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
    this.busy.value = false;
  }
}
