import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../messages/messages";
import "../styles/lightbox.css";
import { DownloadIcon } from "../ui/icons";
import { reachable } from "../ui/Media";
import { percent } from "../ui/units";
import type { Prediction } from "./run";

export interface Picture {
  file: Prediction["files"][number];
  /** What it is called where it is saved. */
  name: string;
  /** The prediction that made it, as far as that is shown. */
  made: { seed: unknown; input?: unknown };
}

interface Props {
  pictures: readonly Picture[];
  at: number;
  onTurn(at: number): void;
  onClose(): void;
  /** Gives a picture to the form; null where no field takes one. */
  onUse: ((picture: Picture) => void) | null;
  /** Whether there are more pictures behind the last. */
  hasMore?: boolean;
}

const STEP = 1.5;
const LARGEST = 16;
const MOST_PARAMETERS = 30;
const LONGEST_VALUE = 300;

/** Pictures one at a time, as large as one likes, with what they were made of. */
export function Lightbox({ pictures, at, onTurn, onClose, onUse, hasMore = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  /** How much larger than where it fits. */
  const [zoom, setZoom] = useState(1);
  const picture = pictures[at];
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  useEffect(() => setZoom(1), [at]);
  if (!picture) return null;
  const turn = (by: number) => (pictures[at + by] || (by > 0 && hasMore)) && onTurn(at + by);
  const scale = (by: number) => setZoom((before) => Math.min(LARGEST, Math.max(1, before * by)));
  const onKey = (event: KeyboardEvent) => {
    const act = {
      ArrowLeft: () => turn(-1),
      ArrowRight: () => turn(1),
      "+": () => scale(STEP),
      "=": () => scale(STEP),
      "-": () => scale(1 / STEP),
      "0": () => setZoom(1),
    }[event.key];
    // what is larger than its place is scrolled by the same arrows
    if (!act || event.ctrlKey || event.metaKey || (zoom > 1 && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    act();
  };
  return (
    <dialog
      class="lightbox"
      ref={dialog}
      aria-label={say.lightbox.title(picture.name)}
      onClose={onClose}
      onKeyDown={onKey}
    >
      <div class="lightbox-bar">
        {(pictures.length > 1 || hasMore) && (
          <>
            <Step name={say.lightbox.before} sign="‹" disabled={at === 0} onStep={() => turn(-1)} />
            <span class="lightbox-number" role="status">
              {hasMore
                ? say.lightbox.placeOfMore(at + 1, pictures.length)
                : say.lightbox.place(at + 1, pictures.length)}
            </span>
            <Step
              name={say.lightbox.after}
              sign="›"
              disabled={at === pictures.length - 1 && !hasMore}
              onStep={() => turn(1)}
            />
          </>
        )}
        <Step name={say.lightbox.smaller} sign="−" disabled={zoom <= 1} onStep={() => scale(1 / STEP)} />
        <button
          type="button"
          class="button"
          aria-label={`${say.lightbox.fit}, ${percent(zoom)}`}
          onClick={() => setZoom(1)}
        >
          {percent(zoom)}
        </button>
        <Step name={say.lightbox.larger} sign="+" disabled={zoom >= LARGEST} onStep={() => scale(STEP)} />
        <Copy picture={picture} />
        {onUse && (
          <button
            type="button"
            class="button"
            onClick={() => {
              onUse(picture);
              dialog.current?.close();
            }}
          >
            {say.lightbox.use}
          </button>
        )}
        <a class="button" href={reachable(picture.file.url)} download={picture.name}>
          <DownloadIcon />
          {say.prediction.download}
        </a>
        <button type="button" class="button lightbox-close" onClick={() => dialog.current?.close()}>
          {say.lightbox.close}
        </button>
      </div>
      <div class="lightbox-stage" tabIndex={0} role="region" aria-label={say.lightbox.picture}>
        <img
          src={reachable(picture.file.url)}
          alt={say.prediction.fileOf(picture.name)}
          style={{ "--zoom": String(zoom) }}
          onDblClick={() => setZoom(zoom > 1 ? 1 : STEP * STEP)}
        />
      </div>
      <details class="lightbox-facts">
        <summary>{say.lightbox.parameters}</summary>
        <dl class="metrics">
          {parametersOf(picture.made).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      <p class="hint keys-hint">{say.lightbox.keys}</p>
    </dialog>
  );
}

interface StepProps {
  name: string;
  sign: string;
  disabled: boolean;
  onStep: () => void;
}

const Step = ({ name, sign, disabled, onStep }: StepProps) => (
  <button
    type="button"
    class="button button-icon"
    aria-label={name}
    title={name}
    aria-disabled={disabled}
    onClick={() => !disabled && onStep()}
  >
    {sign}
  </button>
);

/** The seed that was drawn, and the input but for files that are written out in it. */
function parametersOf({ seed, input }: Picture["made"]): [string, string][] {
  const given = Object.entries((typeof input === "object" && input) || {});
  const rows = given
    .filter(([name, value]) => name !== "seed" && value !== null && !String(value).startsWith("data:"))
    .map(([name, value]): [string, string] => [name, typeof value === "string" ? value : JSON.stringify(value)])
    .map(([name, value]): [string, string] => [name, value.slice(0, LONGEST_VALUE)]);
  return [
    ...(seed === null || seed === undefined ? [] : [[say.lightbox.seed, String(seed)] as [string, string]]),
    ...rows,
  ].slice(0, MOST_PARAMETERS);
}

function Copy({ picture }: { picture: Picture }) {
  const [state, setState] = useState("");
  useEffect(() => setState(""), [picture]);
  if (!("clipboard" in navigator) || typeof ClipboardItem === "undefined") return null;
  const copy = async () => {
    try {
      // as PNG, which every program takes
      await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(reachable(picture.file.url)) })]);
      setState(say.lightbox.copied);
    } catch {
      setState(say.lightbox.notCopied);
    }
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      <span aria-live="polite">{state || say.lightbox.copy}</span>
    </button>
  );
}

async function pngOf(url: string): Promise<Blob> {
  const bitmap = await createImageBitmap(await (await fetch(url)).blob());
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(say.problems.unreadableFile))), "image/png");
  });
}
