import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { InputFields } from "../form/InputFields";
import { InputForm } from "../form/values";
import { Output } from "../prediction/Output";
import type { Run } from "../prediction/run";
import { Callout } from "./Callout";
import { useRunKeys } from "./keys";
import { predictionInAddress, putInAddress } from "./location";
import { ModelPicker } from "./ModelPicker";
import type { Model } from "./models";

/** Choose a model, fill in its input, run it, and see it work. */
export function Playground({ models, run }: { models: readonly Model[]; run: Run }) {
  const [slug, setSlug] = useState("");
  const model = models.find((candidate) => candidate.slug === slug) ?? models[0];
  const version = model?.latestVersion;
  const form = useMemo(() => new InputForm(version?.inputSchema), [version?.id]);
  const output = useRef<HTMLDivElement>(null);
  const [joined, setJoined] = useState<unknown>(null);

  useEffect(() => {
    const join = async () => {
      const id = predictionInAddress();
      if (id === null) return run.clear();
      const prediction = await run.join(id);
      if (!prediction) return;
      setSlug(prediction.model.slug);
      setJoined(prediction.input);
    };
    void join();
    addEventListener("popstate", join);
    return () => removeEventListener("popstate", join);
  }, []);

  useEffect(() => {
    if (joined === null) return;
    form.fill(joined);
    setJoined(null);
  }, [joined, form]);

  const submit = async () => {
    const { input, isValid } = form.read();
    if (!model || !isValid) return;
    const id = await run.start(model.slug, input);
    form.show(run.violations.value);
    if (id === null) return focusFirstError();
    putInAddress(id);
    showOutput(output.current);
  };
  useRunKeys(run, submit);

  if (!model) return null;
  return (
    <div class="playground">
      <form
        class="panel form"
        aria-label="Input"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <ModelPicker models={models} selected={model} onSelect={setSlug} />
        <InputFields key={form.fields.map((field) => field.name).join()} form={form} />
        <RunBar run={run} onReset={() => form.reset()} />
      </form>
      <div class="output-column" ref={output}>
        <Output run={run} />
      </div>
    </div>
  );
}

function RunBar({ run, onReset }: { run: Run; onReset: () => void }) {
  const isBusy = run.sending.value || run.isActive.value;
  return (
    <div class="run-bar">
      {run.refusal.value && <Callout problem={run.refusal.value} />}
      <div class="run-actions">
        <button type="submit" class="button button-primary" aria-disabled={isBusy}>
          {isBusy ? (
            "Running…"
          ) : (
            <>
              Run <kbd>Ctrl Enter</kbd>
            </>
          )}
        </button>
        <button type="button" class="button button-quiet" onClick={onReset}>
          Reset
        </button>
      </div>
    </div>
  );
}

/** Scrolls to the output where it lies below the form. */
function showOutput(output: HTMLElement | null): void {
  if (!output || output.getBoundingClientRect().top < innerHeight / 2) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  output.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

function focusFirstError(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.fields [aria-invalid="true"]')?.focus());
}
