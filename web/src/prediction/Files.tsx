import { useRef, useState } from "preact/hooks";
import { loadMessages, say } from "../messages/messages";
import { DownloadIcon } from "../ui/icons";
import { Media, mediaKind, reachable } from "../ui/Media";
import { useModule } from "../ui/module";
import type { Picture } from "./Lightbox";
import { nameOf } from "./names";
import { isTerminal, type Prediction, type Run } from "./run";
import { bytes } from "../ui/units";

type OutputFile = Prediction["files"][number];

const MOST_PLACES = 8;
/** Files shown at first, and by each press of the button. */
const FILES_AT_ONCE = 60;

interface Props {
  run: Run;
  prediction: Prediction;
  /** Gives a picture to the form; null where no field takes one. */
  onUse?: ((picture: Picture) => void) | null;
}

/** What shows pictures one at a time, with its words. */
const loadLightbox = async () => (await Promise.all([import("./Lightbox"), loadMessages("lightbox")]))[0];

/** Pictures, players and other files of a prediction; before a picture is there, its place is. */
export function Files({ run, prediction, onUse = null }: Props) {
  if (prediction.files.length > 0) return <FileList key={prediction.id} {...{ run, prediction, onUse }} />;
  if (prediction.model.kind !== "IMAGE_GENERATION" || isTerminal(prediction.status)) return null;
  const { width, height, count } = expected(prediction.input);
  return (
    <div class="files" aria-busy="true">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="picture picture-awaited" style={{ "--width": `${width}px` }}>
          <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true" />
          {run.previews.value[index] && (
            <img class="picture-preview" src={run.previews.value[index]} alt={say.prediction.unfinished} />
          )}
        </div>
      ))}
    </div>
  );
}

function FileList({ run, prediction, onUse = null }: Props) {
  const [shown, setShown] = useState(FILES_AT_ONCE);
  const [enlarged, setEnlarged] = useState<number | null>(null);
  const part = useModule(loadLightbox, enlarged !== null);
  const { files } = prediction;
  const pictures = files
    .map((file, index) => ({ file, name: nameOf(prediction, file, index), made: prediction }))
    .filter(({ file }) => mediaKind(file.contentType) === "image");
  return (
    <>
      <div class="files">
        {files.slice(0, shown).map((file, index) => (
          <FileView
            key={file.url}
            run={run}
            file={file}
            name={nameOf(prediction, file, index)}
            onEnlarge={() => setEnlarged(pictures.findIndex((picture) => picture.file === file))}
          />
        ))}
      </div>
      {files.length > shown && (
        <button type="button" class="button more" onClick={() => setShown(shown + FILES_AT_ONCE)}>
          {say.prediction.showMore(shown, files.length)}
        </button>
      )}
      {part && enlarged !== null && (
        <part.Lightbox
          pictures={pictures}
          at={enlarged}
          onTurn={setEnlarged}
          onClose={() => setEnlarged(null)}
          onUse={onUse}
        />
      )}
    </>
  );
}

interface FileProps {
  run: Run;
  file: OutputFile;
  name: string;
  onEnlarge: () => void;
}

function FileView({ run, file, name, onEnlarge }: FileProps) {
  const retried = useRef(false);
  const url = reachable(file.url);
  const refresh = () => {
    if (retried.current) return;
    retried.current = true;
    void run.refreshFiles();
  };
  const kind = file.width && file.height ? `${file.width} × ${file.height}` : file.contentType;
  const shown = <Media {...file} label={say.prediction.fileOf(name)} onGone={refresh} />;
  return (
    <figure class="picture" style={file.width ? { "--width": `${file.width}px` } : undefined}>
      {mediaKind(file.contentType) === "image" ? (
        <button type="button" class="picture-open" aria-label={say.prediction.enlarge(name)} onClick={onEnlarge}>
          {shown}
        </button>
      ) : (
        shown
      )}
      <figcaption>
        <span class="picture-facts">
          {kind}, {bytes(Number(file.bytes))}
        </span>
        <a class="button button-quiet" href={url} download={name}>
          <DownloadIcon />
          {say.prediction.download}
        </a>
      </figcaption>
    </figure>
  );
}

/** How many pictures to keep place for, and of what size, as far as the input says. */
function expected(input: unknown): { width: number; height: number; count: number } {
  const given = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  const positive = (name: string) => (typeof given[name] === "number" && given[name] > 0 ? given[name] : null);
  const side = positive("size") ?? 512;
  const count = Math.min(MOST_PLACES, positive("num_images") ?? positive("num_outputs") ?? 1);
  return { width: positive("width") ?? side, height: positive("height") ?? side, count };
}
