import { Tags } from "../ui/Tags";
import { firstWords, runs } from "../markdown/first_words";
import { say } from "../messages/messages";
import { kindName } from "../ui/kinds";
import { KindIcon, LockIcon } from "../ui/icons";
import { languageName } from "../ui/languages";
import { chatPath, go, modelPath, ownerPath } from "../ui/router";
import type { Account } from "../session/account";
import type { ModelDetails } from "../api/models";
import type { Desk } from "./desk";
import { Actions } from "./Actions";

interface Props {
  desk: Desk;
  slug: string;
  account: Account;
}

/** What a model is, in a line, and which version is worked with. */
export function ModelHead({ desk, slug, account }: Props) {
  const model = desk.model.value;
  const [owner = "", name] = slug.split("/");
  return (
    <div class="page-head">
      <div class="page-line">
        <h1 class="page-title page-slug">
          <a class="page-up page-owner" href={ownerPath(owner)}>
            {owner}/
          </a>
          {name}
        </h1>
        {model?.visibility === "PRIVATE" && <LockIcon label={say.model.private} />}
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
      {model && (
        <div class="page-line model-facts">
          <Facts model={model} />
          <Actions desk={desk} model={model} account={account} />
        </div>
      )}
      {model?.pausedAt && (
        <p class="hint" role="status">
          {model.pauseReason ? say.model.pausedWhy(model.pauseReason) : say.model.paused}
        </p>
      )}
    </div>
  );
}

/** What it is for, its languages, its license and what it was forked from, each a way to others like it. */
function Facts({ model }: { model: ModelDetails }) {
  const narrowed = (name: string, value: string) => `/?${new URLSearchParams({ [name]: value })}`;
  return (
    <ul class="facts">
      {model.categories.map((category) => (
        <li key={category}>
          <a href={narrowed("category", category)}>{say.gallery.categories[category]}</a>
        </li>
      ))}
      {model.languages.map((tag) => (
        <li key={tag}>
          <a href={narrowed("language", tag)}>{languageName(tag)}</a>
        </li>
      ))}
      {model.license && (
        <li>
          <a href={narrowed("license", model.license.name)}>{model.license.name}</a>
        </li>
      )}
      {model.forkedFrom && (
        <li>
          {say.model.forkOf} <a href={modelPath(model.forkedFrom.slug)}>{model.forkedFrom.slug}</a>
        </li>
      )}
    </ul>
  );
}
/** Whether one can talk to the version that is worked with. */
const takesMessages = (desk: Desk): boolean =>
  desk.form.value?.fields.some(({ control }) => control.kind === "messages") ?? false;

function VersionPicker({ model, number }: { model: ModelDetails; number: number | null }) {
  if (model.versions.length === 0) return null;
  if (model.versions.length === 1) return <span class="hint version-only">{say.model.version(number)}</span>;
  const choose = (value: string) => {
    const isLatest = Number(value) === model.latestVersion?.number;
    go(modelPath(model.slug, isLatest ? null : Number(value)));
  };
  return (
    <label class="version-picker">
      <span class="hint">{say.model.versionPick}</span>
      <select class="input" value={String(number ?? "")} onChange={(event) => choose(event.currentTarget.value)}>
        {number === null && <option value="" />}
        {model.versions.map((version) => (
          <option key={version.id} value={String(version.number)}>
            {version.number}
            {version.number === model.latestVersion?.number ? say.model.newest : ""}
            {version.state === "READY" ? "" : `, ${say.model.states[version.state]}`}
          </option>
        ))}
      </select>
    </label>
  );
}
