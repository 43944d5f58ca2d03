import { InputFields } from "../form/InputFields";
import { JsonView } from "../form/JsonView";
import type { InputForm } from "../form/values";
import { loadMessages, say } from "../messages/messages";
import { OptionsFold } from "../prediction/OptionsFold";
import { isCharging } from "../session/charging";
import { Callout } from "../ui/Callout";
import { useModule } from "../ui/module";
import { Tabs } from "../ui/Tabs";
import type { Desk } from "./desk";
import { Estimate } from "./Estimate";
import { preparation } from "../ui/preparation";

type View = "form" | "json" | "code";

/** The input as a form, as JSON, or as code that sends it. */
export function InputPanel({ desk, onSubmit }: { desk: Desk; onSubmit: () => Promise<void> }) {
  const form = desk.form.value;
  if (!form) return null;
  const views: View[] = form.whole ? ["form", "code"] : ["form", "json", "code"];
  const shown = form.view.value;
  return (
    <form
      class="panel form"
      aria-label={say.model.input}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      <Tabs
        label={say.model.inputAs}
        panel="input-view"
        tabs={views.map((view) => [view, say.model.views[view]])}
        selected={shown}
        onSelect={(view) => form.turnTo(view)}
      />
      <div id="input-view" role="tabpanel" aria-labelledby={`input-view-${shown}`}>
        <Shown form={form} view={shown} desk={desk} />
      </div>
      {shown !== "code" && desk.version.value?.state === "READY" && <OptionsFold options={desk.options} />}
      {shown !== "code" && <RunBar desk={desk} form={form} />}
    </form>
  );
}

function Shown({ form, view, desk }: { form: InputForm; view: View; desk: Desk }) {
  switch (view) {
    case "form":
      return <InputFields form={form} />;
    case "json":
      return <JsonView form={form} />;
    case "code":
      return <Code desk={desk} input={form.draft()} />;
  }
}

function Code({ desk, input }: { desk: Desk; input: unknown }) {
  const part = useModule(async () => (await Promise.all([import("../code/CodeView"), loadMessages("code")]))[0]);
  if (part === false) return <p class="hint code-view">{say.model.partMissing}</p>;
  const kind = (desk.model.value ?? desk.run.prediction.value?.model)?.kind ?? "";
  const predictor = desk.version.value?.predictor ?? "";
  return part && <part.CodeView model={desk.target.value} kind={kind} predictor={predictor} input={input} />;
}

function RunBar({ desk, form }: { desk: Desk; form: InputForm }) {
  const { run } = desk;
  const version = desk.version.value;
  const isBusy = run.sending.value || run.isActive.value;
  if (version?.state !== "READY") {
    return (
      <div class="run-bar">
        <p class="hint" role="status">
          {say.model.cannotRun(preparation({ reason: null, progress: null, state: "PREPARING", ...version }))}{" "}
          {version?.state === "REFUSED" ? say.model.refusedNext : say.model.preparingNext}
        </p>
      </div>
    );
  }
  return (
    <div class="run-bar">
      {run.refusal.value && (
        <Callout problem={run.refusal.value}>
          {form.loose.value.map((message) => (
            <p key={message} class="callout-detail">
              {message}
            </p>
          ))}
        </Callout>
      )}
      <div class="run-actions">
        <button type="submit" class="button button-primary" aria-disabled={isBusy}>
          {isBusy ? (
            say.model.running
          ) : (
            <>
              {say.model.run} <kbd>Ctrl Enter</kbd>
            </>
          )}
        </button>
        <button type="button" class="button button-quiet" onClick={() => form.reset()}>
          {say.model.reset}
        </button>
        {isCharging.value && <Estimate model={desk.target.value} input={form.draft()} />}
        {run.prediction.value && (desk.drawsSeed.value || form.hasSeed()) && (
          <label class="scope">
            <input
              type="checkbox"
              class="choice"
              checked={desk.drawsSeed.value}
              onChange={(event) => (desk.drawsSeed.value = event.currentTarget.checked)}
            />
            {say.model.newSeed}
          </label>
        )}
      </div>
    </div>
  );
}
