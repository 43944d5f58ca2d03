import { KindIcon, LockIcon } from "../page/icons";
import { modelPath } from "../page/router";
import { preparation } from "../model/preparation";
import type { ModelCard } from "./gallery";
import { KINDS } from "./kinds";
import { firstWords } from "./words";

export function Card({ model }: { model: ModelCard }) {
  const [owner, name] = model.slug.split("/");
  const version = model.latestVersion;
  return (
    <li class="card" data-model={model.slug}>
      <div class="card-art" data-kind={model.kind} aria-hidden="true">
        <KindIcon kind={model.kind} />
      </div>
      <div class="card-text">
        <h2 class="card-title">
          <a class="card-link" href={modelPath(model.slug)}>
            <span class="card-owner">{owner}/</span>
            {name}
          </a>
          {model.visibility === "PRIVATE" && <LockIcon label="Private" />}
        </h2>
        <p class="card-about">{firstWords(model.description) || "No description."}</p>
        <p class="card-facts">
          <span>{KINDS[model.kind]}</span>
          {version && <span>version {version.number}</span>}
          {version?.state !== "READY" && <span class="card-state">{preparation(version)}</span>}
        </p>
      </div>
    </li>
  );
}

export function CardPlaceholder() {
  return (
    <div class="card card-awaited" aria-hidden="true">
      <div class="card-art" />
      <div class="card-text">
        <span class="bone" />
        <span class="bone" />
        <span class="bone bone-short" />
      </div>
    </div>
  );
}
