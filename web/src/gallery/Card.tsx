import { KindIcon, LockIcon } from "../ui/icons";
import { modelPath } from "../ui/router";
import { preparation } from "../ui/preparation";
import type { ModelCard } from "./gallery";
import { kindName } from "../ui/kinds";
import { outputWords } from "../prediction/Answers";
import { reachable } from "../ui/Media";
import { Tags } from "../ui/Tags";
import { firstWords, runs } from "../markdown/first_words";

const SAMPLE_CHARACTERS = 400;

export function Card({ model }: { model: ModelCard }) {
  const [owner, name] = model.slug.split("/");
  const version = model.latestVersion;
  return (
    <li class="card" data-model={model.slug}>
      <Art model={model} />
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
          <span>{kindName(model.kind)}</span>
          {version && <span>version {version.number}</span>}
          {Number(model.runCount) > 0 && <span>{runs(model.runCount)}</span>}
          {version?.state !== "READY" && <span class="card-state">{preparation(version)}</span>}
        </p>
        <Tags tags={model.tags} />
      </div>
    </li>
  );
}

/** What the model made, where its owner shows that. */
function Art({ model }: { model: ModelCard }) {
  const picture = model.samples.flatMap((sample) => sample.files).find((file) => file.contentType.startsWith("image/"));
  const words = model.samples.map(outputWords).find((text) => text !== "");
  return (
    <div class="card-art" aria-hidden="true">
      {picture ? (
        <img src={reachable(picture.url)} alt="" loading="lazy" />
      ) : words ? (
        <p class="card-sample">{words.slice(0, SAMPLE_CHARACTERS)}</p>
      ) : (
        <KindIcon kind={model.kind} />
      )}
    </div>
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
