import { useRef } from "preact/hooks";
import { uriOf } from "../api/uploads";
import type { Picture } from "../prediction/Lightbox";
import { useRunKeys } from "../prediction/keys";
import { go, predictionPath } from "../ui/router";
import { reachable } from "../ui/Media";
import { Output } from "../prediction/Output";
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
    const { input, isValid } = form.read();
    const from = document.activeElement;
    if (!isValid) return focusFirstError(from);
    const id = await run.start(desk.target.value, input, desk.options.read());
    form.show(run.violations.value);
    if (id === null) return focusFirstError(from);
    go(predictionPath(id));
    showOutput(output.current);
  };
  useRunKeys(run, submit);
  const sample = desk.model.value?.samples[0];
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
