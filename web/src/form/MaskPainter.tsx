import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { request } from "../api/client";
import { UploadDocument } from "../api/generated/graphql";
import { uriOf } from "../api/uploads";
import { say } from "../messages/messages";
import { reachable } from "../ui/Media";
import { draw, maskOf, redraw, type Point, type Step } from "./mask";
import type { FormField } from "./values";

import "../styles/mask.css";

interface Props {
  /** What takes the mask. */
  field: FormField;
  /** The picture, as its field names it. */
  given: string;
  onClose(): void;
}

interface Size {
  width: number;
  height: number;
}

const SMALLEST = 2;
const STEP = 8;
const FAR_STEP = 40;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Paints which part of a picture is to be drawn anew: with a mouse, a finger, a pen or the keyboard. */
export function MaskPainter({ field, given, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [source, setSource] = useState("");
  const [size, setSize] = useState<Size | null>(null);
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const [brush, setBrush] = useState(0);
  const [erases, setErases] = useState(false);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  /** Where the keyboard paints, and whether it does. */
  const [place, setPlace] = useState<Point | null>(null);
  const [isDown, setDown] = useState(false);
  const stroke = useRef<Point[]>([]);
  const words = say.mask;

  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    addressOf(given).then(setSource, () => setProblem(words.unreadable));
  }, []);
  // before the next frame and the next event: who uses a mask at once gets what they did last
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context && size) redraw(context, steps);
  }, [steps, size]);

  const add = (step: Step) => setSteps((before) => [...before, step]);
  const undo = () => setSteps((before) => before.slice(0, -1));
  const largest = size ? Math.max(SMALLEST, Math.round(Math.max(size.width, size.height) / 2)) : SMALLEST;
  const resize = (to: number) => setBrush(Math.min(largest, Math.max(SMALLEST, Math.round(to))));
  const isPainted = steps.some(({ kind }) => kind !== "clear");

  const follow = (point: Point) => {
    const context = canvas.current?.getContext("2d");
    const last = stroke.current.at(-1);
    stroke.current.push(point);
    if (context) draw(context, { kind: "stroke", erases, size: brush, points: last ? [last, point] : [point] });
  };
  const finish = () => {
    if (stroke.current.length > 0) add({ kind: "stroke", erases, size: brush, points: stroke.current });
    stroke.current = [];
  };
  const pointOf = (event: PointerEvent): Point => {
    const box = canvas.current!.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * (size?.width ?? 0),
      y: ((event.clientY - box.top) / box.height) * (size?.height ?? 0),
    };
  };

  const onKey = (event: KeyboardEvent) => {
    if (!size || event.altKey) return;
    const from = place ?? { x: size.width / 2, y: size.height / 2 };
    const arrow = ARROWS[event.key];
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (!isUndo && (event.ctrlKey || event.metaKey)) return;
    if (isUndo) undo();
    else if (arrow) {
      const by = event.shiftKey ? FAR_STEP : STEP;
      const to = {
        x: Math.min(size.width, Math.max(0, from.x + arrow[0] * by)),
        y: Math.min(size.height, Math.max(0, from.y + arrow[1] * by)),
      };
      setPlace(to);
      if (isDown) follow(to);
    } else if (event.key === " ") {
      setPlace(from);
      if (isDown) finish();
      else follow(from);
      setDown(!isDown);
    } else if (event.key === "[" || event.key === "]") resize(event.key === "]" ? brush * 1.25 + 1 : brush / 1.25 - 1);
    else if (event.key === "e") setErases(!erases);
    else return;
    event.preventDefault();
  };

  const use = async () => {
    if (!canvas.current) return;
    setBusy(true);
    try {
      field.raw.value = await uriOf(await maskOf(canvas.current));
      field.errors.value = [];
      dialog.current?.close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };

  return (
    <dialog class="mask" ref={dialog} aria-label={words.title} onClose={onClose}>
      <div class="mask-bar">
        <div class="segments" role="group" aria-label={words.tool}>
          <button type="button" class="segment" aria-pressed={!erases} onClick={() => setErases(false)}>
            {words.brush}
          </button>
          <button type="button" class="segment" aria-pressed={erases} onClick={() => setErases(true)}>
            {words.eraser}
          </button>
        </div>
        <label class="mask-size">
          <span class="hint">{words.size}</span>
          <input
            type="range"
            class="slider"
            min={SMALLEST}
            max={largest}
            value={brush}
            onInput={(event) => resize(Number(event.currentTarget.value))}
          />
        </label>
        <button type="button" class="button" disabled={steps.length === 0} onClick={undo}>
          {words.undo}
        </button>
        <button type="button" class="button" disabled={!size} onClick={() => add({ kind: "invert" })}>
          {words.invert}
        </button>
        <button type="button" class="button" disabled={!isPainted} onClick={() => add({ kind: "clear" })}>
          {words.clear}
        </button>
        <span class="mask-end">
          <button
            type="button"
            class="button button-primary"
            disabled={!isPainted || isBusy}
            onClick={() => void use()}
          >
            {words.use}
          </button>
          <button type="button" class="button button-quiet" onClick={() => dialog.current?.close()}>
            {words.close}
          </button>
        </span>
      </div>
      <p class="hint">
        {words.about} <span class="keys-hint">{words.keys}</span>
      </p>
      {problem && <p role="alert">{problem}</p>}
      <div class="mask-stage">
        {source && (
          <div
            class="mask-picture"
            style={
              size
                ? { "--ratio": `${size.width} / ${size.height}`, "--of": String(size.width / size.height) }
                : undefined
            }
          >
            <img
              src={source}
              alt={words.picture}
              onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
                setSize({ width, height });
                setBrush(Math.max(SMALLEST, Math.round(Math.max(width, height) / 10)));
              }}
              onError={() => setProblem(words.unreadable)}
            />
            {size && (
              <canvas
                ref={canvas}
                width={size.width}
                height={size.height}
                tabIndex={0}
                role="application"
                aria-label={words.canvas}
                onKeyDown={onKey}
                onPointerDown={(event) => {
                  if (event.button !== 0) return;
                  event.currentTarget.setPointerCapture(event.pointerId);
                  follow(pointOf(event));
                }}
                onPointerMove={(event) => stroke.current.length > 0 && !isDown && follow(pointOf(event))}
                onPointerUp={() => !isDown && finish()}
                onPointerCancel={() => !isDown && finish()}
                onBlur={() => {
                  if (isDown) finish();
                  setDown(false);
                }}
              />
            )}
            {size && place && (
              <span
                class="mask-place"
                data-down={isDown}
                style={{
                  "--x": `${(place.x / size.width) * 100}%`,
                  "--y": `${(place.y / size.height) * 100}%`,
                  "--size": `${(brush / size.width) * 100}%`,
                }}
              />
            )}
          </div>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {place && words.placeIs(Math.round(place.x), Math.round(place.y), isDown)}
      </p>
    </dialog>
  );
}

/** Where a picture is read that an input names. */
async function addressOf(given: string): Promise<string> {
  if (!given.startsWith("upload:")) return reachable(given);
  const { upload } = await request(UploadDocument, { uri: given });
  if (!upload?.url) throw new Error(given);
  return reachable(upload.url);
}
