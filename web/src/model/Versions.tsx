import { say } from "../messages/messages";
import { experimentsPath, modelPath } from "../ui/router";
import { bytes, moment } from "../ui/units";
import type { ModelDetails } from "../api/models";
import { preparation } from "../ui/preparation";

type Version = ModelDetails["versions"][number];

export function Versions({ model, shown }: { model: ModelDetails; shown: number | null }) {
  if (model.versions.length === 0) return null;
  return (
    <section class="panel versions" aria-labelledby="versions-title">
      <h2 class="section-title" id="versions-title">
        {say.model.versions}
      </h2>
      <ol class="version-list">
        {model.versions.map((version) => (
          <li key={version.id}>
            <p class="version-line">
              <a href={modelPath(model.slug, version.number)} aria-current={version.number === shown || undefined}>
                {say.model.version(version.number)}
              </a>
              <span class="state" data-state={version.state}>
                {say.model.states[version.state]}
              </span>
              <time class="hint" dateTime={version.createdAt}>
                {moment(version.createdAt)}
              </time>
            </p>
            <p class="hint version-facts">{factsOf(version).join(" · ")}</p>
            <Base version={version} />
            {version.engine && (
              <p class="hint">
                {say.model.runs(version.engine)}
                {version.engineReason && `: ${version.engineReason}`}
              </p>
            )}
          </li>
        ))}
      </ol>
      <p class="hint version-more">
        <a href={`${modelPath(model.slug)}/performance`}>{say.app.performance}</a>{" "}
        <a href={experimentsPath(model.slug)}>{say.app.experiments}</a>
      </p>
    </section>
  );
}

/** Whose weights an adapter changes. */
function Base({ version: { base } }: { version: Version }) {
  if (!base) return null;
  const slug = base.slug.slice(0, base.slug.lastIndexOf(":"));
  return (
    <p class="hint">
      {say.model.adapterOn} <a href={modelPath(slug, base.number)}>{base.slug}</a>
    </p>
  );
}

function factsOf(version: Version): string[] {
  return [
    version.source,
    version.revision ? version.revision.slice(0, 12) : "",
    version.sizeBytes === null ? "" : bytes(Number(version.sizeBytes)),
    version.quantization ?? "",
    version.device === "ANY" ? "" : say.model.only(version.device),
    version.state === "READY" ? "" : preparation(version),
  ].filter(Boolean);
}
