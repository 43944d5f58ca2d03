import { say } from "../messages/messages";
import { Tags } from "../ui/Tags";
import { firstWords, runs } from "../markdown/first_words";
import { kindName } from "../ui/kinds";
import { KindIcon, LockIcon } from "../ui/icons";
import { chatPath, go, modelPath } from "../ui/router";
import type { ModelDetails } from "../api/models";
import type { Desk } from "./desk";

/** What a model is, in a line, and which version is worked with. */
export function ModelHead({ desk, slug }: { desk: Desk; slug: string }) {
  const model = desk.model.value;
  const [owner, name] = slug.split("/");
  return (
    <div class="page-head">
      <div class="page-line">
        <h1 class="page-title page-slug">
          <span class="page-owner">{owner}/</span>
          {name}
        </h1>
        {model?.visibility === "PRIVATE" && <LockIcon label="Private" />}
        {model && (
          <span class="kind">
            <KindIcon kind={model.kind} />
            {kindName(model.kind)}
          </span>
        )}
        {model && Number(model.runCount) > 0 && <span class="hint">{runs(model.runCount)}</span>}
        {model && <Tags tags={model.tags} />}
        {model && takesMessages(desk) && (
          <a class="button" href={chatPath(slug)}>
            {say.app.chat}
          </a>
        )}
        {model && <VersionPicker model={model} number={desk.version.value?.number ?? null} />}
      </div>
      {model && <p class="hint page-lead">{firstWords(model.description)}</p>}
    </div>
  );
}

/** Whether one can talk to the version that is worked with. */
const takesMessages = (desk: Desk): boolean =>
  desk.form.value?.fields.some(({ control }) => control.kind === "messages") ?? false;

function VersionPicker({ model, number }: { model: ModelDetails; number: number | null }) {
  if (model.versions.length === 0) return null;
  if (model.versions.length === 1) return <span class="hint version-only">version {number}</span>;
  const choose = (value: string) => {
    const isLatest = Number(value) === model.latestVersion?.number;
    go(modelPath(model.slug, isLatest ? null : Number(value)));
  };
  return (
    <label class="version-picker">
      <span class="hint">Version</span>
      <select class="input" value={String(number ?? "")} onChange={(event) => choose(event.currentTarget.value)}>
        {number === null && <option value="" />}
        {model.versions.map((version) => (
          <option key={version.id} value={String(version.number)}>
            {version.number}
            {version.number === model.latestVersion?.number ? ", newest" : ""}
            {version.state === "READY" ? "" : `, ${version.state.toLowerCase()}`}
          </option>
        ))}
      </select>
    </label>
  );
}
