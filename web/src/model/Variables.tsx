import { useState } from "preact/hooks";
import { request } from "../api/client";
import { RemoveModelVariableDocument, SetModelVariableDocument } from "../api/generated/graphql";
import type { ModelDetails } from "../api/models";
import { apiProblem, refusalProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { moment } from "../ui/units";
import type { Desk } from "./desk";

/** Predictors that come with the server, and ask for no variables. */
const BUILT_IN = ["echo", "embeddings", "classification", "reranking", "pipeline"];

/** What the owner of a model gives to the class that runs it; nobody else sees any of it. */
export function Variables({ desk, model }: { desk: Desk; model: ModelDetails }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const isOwn = model.versions.some(({ predictor }) => !BUILT_IN.includes(predictor));
  if (!model.variables || model.kind !== "CUSTOM" || (!isOwn && model.variables.length === 0)) return null;
  const change = async (ask: Promise<Record<string, object>>) => {
    const problem = await ask.then((answer) => refusalProblem(Object.values(answer)[0] ?? {}), apiProblem);
    if (!problem) await desk.refresh();
    setProblem(problem);
    return !problem;
  };
  const remove = (name: string) => change(request(RemoveModelVariableDocument, { input: { model: model.slug, name } }));
  const set = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const input = {
      model: model.slug,
      name: String(given.get("name")).trim(),
      // A form ends its lines as mails do
      value: String(given.get("value")).replaceAll("\r\n", "\n"),
      kind: given.has("secret") ? ("SECRET" as const) : ("VARIABLE" as const),
    };
    if (await change(request(SetModelVariableDocument, { input }))) form.reset();
  };
  return (
    <section class="panel settings" aria-labelledby="variables-title">
      <h2 class="section-title" id="variables-title">
        {say.model.variables}
      </h2>
      <p class="hint">
        {say.model.variablesAbout} <code>os.environ</code>
        {say.model.variablesWhen}
      </p>
      {model.variables.length > 0 && (
        <ul class="setting-list">
          {model.variables.map(({ name, kind, value, updatedAt }) => (
            <li key={name} class="setting-row">
              <span class="setting-what">
                <code class="variable-name">{name}</code>
                {kind === "VARIABLE" && <code class="variable-value">{value ?? say.model.unreadable}</code>}
                <span class="hint">
                  {kind === "SECRET"
                    ? say.model.secretSet(moment(updatedAt))
                    : say.model.variableSet(moment(updatedAt))}
                </span>
              </span>
              <button
                type="button"
                class="button"
                aria-label={say.model.removeNamed(name)}
                onClick={() => void remove(name)}
              >
                {say.model.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
      <form class="setting-form" onSubmit={set}>
        <div class="field">
          <label class="field-label" for="variable-name">
            {say.model.name}
          </label>
          <input
            class="input"
            id="variable-name"
            name="name"
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
            required
          />
        </div>
        <div class="field">
          <label class="field-label" for="variable-value">
            {say.model.value}
          </label>
          <textarea class="input" id="variable-value" name="value" rows={2} autocomplete="off" spellcheck={false} />
        </div>
        <label class="scope">
          <input type="checkbox" class="choice" name="secret" defaultChecked />
          {say.model.secret}
        </label>
        {problem && <Callout problem={problem} />}
        <button type="submit" class="button">
          {say.model.set}
        </button>
      </form>
    </section>
  );
}
