import { useEffect, useRef } from "preact/hooks";
import { uriOf } from "../api/uploads";
import type { Picture } from "../prediction/Lightbox";
import { useRunKeys } from "../prediction/keys";
import { say } from "../messages/messages";
import { amend, go, predictionPath, query } from "../ui/router";
import { reachable } from "../ui/Media";
import { overridesOf } from "../prediction/differences";
import { Output } from "../prediction/Output";
import { isTerminal } from "../prediction/run";
import { SampleOutput } from "../prediction/SampleOutput";
import type { Desk } from "./desk";
import { InputPanel } from "./InputPanel";

/** The input on one side, what becomes of it on the other. */
export function Workbench({ desk }: { desk: Desk }) {
  const { run } = desk;
  const output = useRef<HTMLDivElement>(null);
  const submit = async () => {
    const form = desk.form.value;
    if (!form || desk.version.value?.state !== "READY") return;
    if (desk.drawsSeed.value) form.clearSeeds();
    const { input, isValid } = form.read();
    const from = document.activeElement;
    if (!isValid) return focusFirstError(from);
    const id = await begin(desk, input);
    form.show(run.violations.value);
    if (id === null) return focusFirstError(from);
    go(predictionPath(id));
    showOutput(output.current);
  };
  useRunKeys(run, submit);
  useWishes(desk);
  const sample = desk.sample.value;
  const isIdle = run.prediction.value === null && run.problem.value === null;
  return (
    <div class="workbench">
      <InputPanel desk={desk} onSubmit={submit} />
      <div class="output-column" ref={output}>
        {isIdle && sample ? (
          <SampleOutput sample={sample} />
        ) : (
          <Output run={run} onRetry={() => void again(desk)} onUse={pictureUse(desk)} />
        )}
      </div>
    </div>
  );
}

/** What the address of a prediction asks for: to go to its form, or to give one of its pictures to the form. */
function useWishes(desk: Desk): void {
  const isAgain = query.value.has("again");
  const wanted = query.value.get("use");
  const prediction = desk.run.prediction.value;
  const id = prediction?.id ?? null;
  useEffect(() => {
    if (!prediction || (!isAgain && wanted === null)) return;
    amend({ again: null, use: null });
    if (isAgain) document.querySelector<HTMLElement>("#input-view :is(input, textarea, select)")?.focus();
    const file = wanted === null ? null : prediction.files[Number(wanted)];
    if (!file) return;
    const use = pictureUse(desk);
    if (use) use({ file, name: `picture-${wanted}`, made: prediction });
    else
      desk.problem.value = {
        title: say.model.noPictureTitle,
        detail: say.model.noPictureDetail(prediction.model.slug),
      };
  }, [id, isAgain, wanted]);
}

/** Runs an input: as a run with changes of the prediction that is shown, where it is of the same version. */
function begin({ run, options, target, version }: Desk, input: unknown): Promise<string | null> {
  const shown = run.prediction.value;
  const chosen = options.read();
  // a run again is as urgent as the first one was
  const isAgain = shown && shown.version.id === version.value?.id && !chosen.priority && isTerminal(shown.status);
  if (!isAgain || Object.keys(shown.input ?? {}).length === 0) return run.start(target.value, input, chosen);
  return run.rerun(overridesOf(shown.input, input), chosen);
}

/** Runs the same input once more, whatever the form holds by now. */
async function again(desk: Desk): Promise<void> {
  const id = await desk.run.retry();
  if (id !== null) go(predictionPath(id));
}

/** Gives a picture of the output to the first field that takes one; null where none does. */
function pictureUse(desk: Desk): ((picture: Picture) => void) | null {
  const field = desk.form.value?.fields.find(
    ({ control }) => control.kind === "file" && (control.accept === "" || /^image\/|\*/.test(control.accept)),
  );
  if (!field) return null;
  return ({ file, name }) => {
    const give = async () => {
      const blob = await (await fetch(reachable(file.url))).blob();
      field.raw.value = await uriOf(new File([blob], name, { type: file.contentType }));
      desk.form.value?.turnTo("form");
      document.querySelector<HTMLElement>(`[data-field="${CSS.escape(field.name)}"] input`)?.focus();
    };
    give().catch((error) => (field.errors.value = [error instanceof Error ? error.message : String(error)]));
  };
}

/** Scrolls to the output where it lies below the form. */
function showOutput(output: HTMLElement | null): void {
  if (!output || output.getBoundingClientRect().top < innerHeight / 2) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  output.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

/** Goes to what is wrong, once it is shown, unless who ran it went elsewhere while the server looked at it. */
function focusFirstError(from: Element | null): void {
  const focus = () => {
    if (document.activeElement === from || document.activeElement === document.body)
      document.querySelector<HTMLElement>('.form [aria-invalid="true"]')?.focus();
  };
  queueMicrotask(focus);
}
