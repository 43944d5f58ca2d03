import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { Lightbox } from "../prediction/Lightbox";
import { Callout } from "../ui/Callout";
import { reachable } from "../ui/Media";
import { amend, go, predictionPath, query } from "../ui/router";
import { bytes, moment } from "../ui/units";
import { Pictures, type MadePicture } from "./pictures";

import "../styles/history.css";
import "../styles/pictures.css";

/** Together, of what is put into one file: the browser holds it in memory. */
const MOST_BYTES = 200_000_000;

/** The pictures that one's predictions made. */
export function PicturesPage() {
  const [pictures] = useState(() => new Pictures());
  const isIn = signedIn.value;
  const model = query.value.get("model") ?? "";
  const isStarred = query.value.get("starred") === "yes";
  useEffect(() => {
    if (isIn) void pictures.look({ ...(model ? { model } : {}), ...(isStarred ? { starred: true } : {}) });
  }, [isIn, model, isStarred]);
  if (!isIn) {
    return (
      <div class="stage">
        <h1 class="stage-title">{say.pictures.private}</h1>
        <p>{say.pictures.signIn}</p>
      </div>
    );
  }
  return (
    <div class="pictures">
      <div class="page-head">
        <div class="page-line">
          <h1 class="page-title">{say.pictures.title}</h1>
          <a class="button" href="/history">
            {say.app.history}
          </a>
        </div>
      </div>
      <search class="filters">
        <button
          type="button"
          class="button"
          aria-pressed={isStarred}
          onClick={() => amend({ starred: isStarred ? null : "yes" })}
        >
          <span aria-hidden="true">★</span> {say.pictures.starred}
        </button>
        {model && (
          <button type="button" class="button" onClick={() => amend({ model: null })}>
            {model} <span aria-hidden="true">×</span>
            <span class="visually-hidden">{say.pictures.allModels}</span>
          </button>
        )}
      </search>
      <Found pictures={pictures} />
    </div>
  );
}

function Found({ pictures }: { pictures: Pictures }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [enlarged, setEnlarged] = useState<number | null>(null);
  const all = pictures.all.value;
  const problem = pictures.problem.value;
  const hasMore = pictures.hasMore.value;
  // behind the last one that is loaded others come
  const isBeyond = enlarged !== null && all !== null && enlarged >= all.length;
  useEffect(() => {
    if (isBeyond && hasMore) void pictures.more();
    else if (isBeyond) setEnlarged(all.length > 0 ? all.length - 1 : null);
  }, [isBeyond, hasMore, pictures.busy.value]);
  if (all === null) return problem ? <Callout problem={problem} /> : <p class="hint">{say.ui.loading}</p>;
  const choose = (key: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(key);
    else next.delete(key);
    setChosen(next);
  };
  const use = ({ prediction, index }: MadePicture) => go(`${predictionPath(prediction)}?use=${index}`);
  return (
    <>
      {problem && <Callout problem={problem} />}
      {all.length > 0 && (
        <Chosen pictures={all.filter(({ key }) => chosen.has(key))} onNone={() => setChosen(new Set())} />
      )}
      <ul class="picture-grid" aria-busy={pictures.busy.value}>
        {all.map((picture, at) => (
          <li key={picture.key} class="picture-tile">
            <button type="button" class="picture-open" onClick={() => setEnlarged(at)}>
              <img
                src={reachable(picture.file.url)}
                alt={say.pictures.picture(picture.name, moment(picture.made.createdAt))}
                width={picture.file.width ?? undefined}
                height={picture.file.height ?? undefined}
                loading="lazy"
              />
            </button>
            <input
              type="checkbox"
              class="choice picture-choice"
              aria-label={say.pictures.choose(picture.name)}
              checked={chosen.has(picture.key)}
              onChange={(event) => choose(picture.key, event.currentTarget.checked)}
            />
            <a class="picture-of" href={predictionPath(picture.prediction)}>
              {picture.made.model.slug}
            </a>
          </li>
        ))}
      </ul>
      {all.length === 0 && !pictures.busy.value && (
        <p class="hint" role="status">
          {hasMore && pictures.until.value ? say.pictures.noneSince(moment(pictures.until.value)) : say.pictures.none}
        </p>
      )}
      {hasMore && (
        <button type="button" class="button more" disabled={pictures.busy.value} onClick={() => void pictures.more()}>
          {say.ui.showMore}
        </button>
      )}
      {enlarged !== null && all.length > 0 && (
        <Lightbox
          pictures={all}
          at={Math.min(enlarged, all.length - 1)}
          hasMore={hasMore}
          onTurn={setEnlarged}
          onClose={() => setEnlarged(null)}
          onUse={(picture) => {
            const made = all.find(({ file }) => file === picture.file);
            if (made) use(made);
          }}
        />
      )}
    </>
  );
}

/** What can be done with several at once. */
function Chosen({ pictures, onNone }: { pictures: readonly MadePicture[]; onNone: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const size = pictures.reduce((sum, { file }) => sum + Number(file.bytes), 0);
  const isTooMuch = size > MOST_BYTES;
  const save = async () => {
    setBusy(true);
    setProblem("");
    try {
      const { saveAsZip } = await import("./zip");
      await saveAsZip(pictures);
    } catch (error) {
      setProblem(say.pictures.notSaved(error instanceof Error ? error.message : String(error)));
    } finally {
      setBusy(false);
    }
  };
  if (pictures.length === 0) return <p class="hint pictures-hint">{say.pictures.chooseHint}</p>;
  return (
    <div class="chosen" role="group" aria-label={say.pictures.selection}>
      <button type="button" class="button" disabled={isBusy || isTooMuch} onClick={() => void save()}>
        {isBusy ? say.pictures.saving : say.pictures.save(pictures.length)}
      </button>
      <button type="button" class="button button-quiet" onClick={onNone}>
        {say.pictures.chooseNone}
      </button>
      <span class="hint" role="status">
        {problem || (isTooMuch ? say.pictures.tooMuch(bytes(size), bytes(MOST_BYTES)) : size > 0 ? bytes(size) : "")}
      </span>
    </div>
  );
}
