import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { PrepareAgainDocument, PublishVersionDocument } from "../api/generated/graphql";
import type { Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { preparation } from "../ui/preparation";
import { modelPath } from "../ui/router";
import { bytes, moment } from "../ui/units";
import type { EditedModel, Editing } from "./editing";
import type { Errors } from "./fields";
import { focusFirstError } from "./focus";
import { Source } from "./source";
import { SourceFields } from "./SourceFields";

interface Props {
  editing: Editing;
  model: EditedModel;
  isAdmin: boolean;
}

/** The versions, how each stands, and a form for another. */
export function VersionList({ editing, model, isAdmin }: Props) {
  const words = say.create;
  const [problem, setProblem] = useState<Problem | null>(null);
  const again = async (slug: string) => {
    const input = { version: slug };
    const ask = async () => (await request(PrepareAgainDocument, { input })).prepareAgain;
    setProblem((await editing.change(ask)).problem);
  };
  const newest = model.versions.find(({ state }) => state === "READY");
  return (
    <section class="panel settings" aria-labelledby="versions-edit-title">
      <h2 class="section-title" id="versions-edit-title">
        {words.versions}
      </h2>
      {problem && <Callout problem={problem} />}
      <ul class="setting-list">
        {model.versions.map((version) => (
          <li key={version.id} class="setting-row">
            <span class="setting-what">
              <span class="version-line">
                <a href={modelPath(model.slug, version.number)}>{words.version(version.number)}</a>
                <span class="state" data-state={version.state}>
                  {words.states[version.state]}
                </span>
                <span class="hint">{moment(version.createdAt)}</span>
              </span>
              <span class="hint version-facts">
                {[version.source, version.sizeBytes ? bytes(Number(version.sizeBytes)) : ""]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              {version.state !== "READY" && <span>{preparation(version)}</span>}
            </span>
            <span class="setting-actions">
              {(version.state === "REFUSED" || version.nextTryAt) && (
                <button type="button" class="button" onClick={() => void again(`${model.slug}:${version.number}`)}>
                  {words.prepareAgain}
                </button>
              )}
              {newest && version.state === "READY" && version.number !== newest.number && (
                <a
                  class="button"
                  aria-label={words.compareWith(newest.number, version.number)}
                  href={`/compare?${new URLSearchParams([
                    ["m", `${model.slug}:${newest.number}`],
                    ["m", `${model.slug}:${version.number}`],
                  ])}`}
                >
                  {words.compare}
                </a>
              )}
            </span>
          </li>
        ))}
      </ul>
      <Publishing editing={editing} model={model} isAdmin={isAdmin} />
    </section>
  );
}

function Publishing({ editing, model, isAdmin }: Props) {
  const words = say.create;
  const [source] = useState(() => new Source());
  const [problem, setProblem] = useState<Problem | null>(null);
  const [errors, setErrors] = useState<Errors>({});
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    source.chooseKind(model.kind);
    return () => source.close();
  }, []);
  const publish = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    source.kind.value = model.kind;
    const input = { ...source.version(), model: model.slug };
    const ask = async () => (await request(PublishVersionDocument, { input })).publishVersion;
    const outcome = await editing.change(ask);
    setBusy(false);
    setProblem(outcome.problem);
    setErrors(outcome.errors);
    if (outcome.problem) focusFirstError();
  };
  return (
    <details class="fold">
      <summary>{words.publish}</summary>
      <form class="fold-body settings-plain" aria-label={words.publish} onSubmit={(event) => void publish(event)}>
        <p class="hint">{words.publishHint}</p>
        <SourceFields source={source} errors={errors} isAdmin={isAdmin} kindIsSet />
        {problem && <Callout problem={problem} />}
        <div class="dialog-actions">
          <button type="submit" class="button button-primary" aria-disabled={isBusy}>
            {isBusy ? words.publishing : words.publish}
          </button>
        </div>
      </form>
    </details>
  );
}
