import { KindIcon, LockIcon } from "../ui/icons";
import { modelPath } from "../ui/router";
import { preparation } from "../ui/preparation";
import { say } from "../messages/messages";
import type { GalleryCardFragment } from "../api/generated/graphql";
import { kindName } from "../ui/kinds";
import { outputWords } from "../prediction/Answers";
import { reachable } from "../ui/Media";
import { Tags } from "../ui/Tags";
import { firstWords, runs } from "../markdown/first_words";

export type ModelCard = GalleryCardFragment;

const SAMPLE_CHARACTERS = 400;

/** A model in a list; `isOnShelf`: it stands in the list below as well. */
export function Card({ model, isOnShelf = false }: { model: ModelCard; isOnShelf?: boolean }) {
  const [owner, name] = model.slug.split("/");
  const version = model.latestVersion;
  const categories = model.categories.map((each) => say.gallery.categories[each]);
  const Title = isOnShelf ? "h3" : "h2";
  return (
    <li class="card" data-model={isOnShelf ? undefined : model.slug}>
      <Art model={model} />
      <div class="card-text">
        <Title class="card-title">
          <a class="card-link" href={modelPath(model.slug)}>
            <span class="card-owner">{owner}/</span>
            {name}
          </a>
          {model.visibility === "PRIVATE" && <LockIcon label={say.gallery.private} />}
        </Title>
        <p class="card-about">{firstWords(model.description) || say.gallery.noDescription}</p>
        <p class="card-facts">
          {(categories.length > 0 ? categories : [kindName(model.kind)]).map((each) => (
            <span key={each}>{each}</span>
          ))}
          {Number(model.runCount) > 0 && <span>{runs(model.runCount)}</span>}
          {model.starCount > 0 && <span>{say.gallery.stars(model.starCount)}</span>}
          {model.license && <span>{model.license.name}</span>}
          {version?.state !== "READY" && (
            <span class="card-state" data-state={version?.state}>
              {preparation(version)}
            </span>
          )}
        </p>
        {!isOnShelf && <Tags tags={model.tags} />}
      </div>
    </li>
  );
}

/** What the model made, where its owner shows that. */
function Art({ model }: { model: ModelCard }) {
  const picture = model.samples.flatMap((sample) => sample.files).find((file) => file.contentType.startsWith("image/"));
  const words = model.samples.map(wordsOf).find((text) => text !== "");
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

/** What a sample says, or else what there is of it. */
function wordsOf(sample: ModelCard["samples"][number]): string {
  if (sample.files.length > 0) return "";
  return outputWords(sample) || (sample.output == null ? "" : JSON.stringify(sample.output));
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
