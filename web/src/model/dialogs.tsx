/** Dialogs of a model's page, loaded when somebody opens one. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { request } from "../api/client";
import {
  ForkModelDocument,
  ReportModelDocument,
  type ModelReportReason,
  type Visibility,
} from "../api/generated/graphql";
import { apiProblem, refusalProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { go, modelPath } from "../ui/router";

interface Props {
  slug: string;
  onClose: () => void;
}

/** A model of one's own that begins as this one. */
export function ForkDialog({ slug, onClose }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const fork = async (given: FormData) => {
    const visibility: Visibility = given.has("public") ? "PUBLIC" : "PRIVATE";
    const input = { model: slug, name: String(given.get("name")).trim(), visibility };
    try {
      const { forkModel } = await request(ForkModelDocument, { input });
      if (forkModel.__typename !== "Model") return setProblem(refusalProblem(forkModel));
      onClose();
      go(modelPath(forkModel.slug));
    } catch (error) {
      setProblem(apiProblem(error));
    }
  };
  return (
    <Dialog title={say.model.forkTitle(slug)} about={say.model.forkAbout} onClose={onClose} onSubmit={fork}>
      <div class="field">
        <label class="field-label" for="fork-name">
          {say.model.forkName}
        </label>
        <input
          class="input"
          id="fork-name"
          name="name"
          maxLength={63}
          defaultValue={slug.split("/")[1] ?? ""}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
        />
      </div>
      <label class="scope">
        <input type="checkbox" class="choice" name="public" />
        {say.model.forkPublic}
      </label>
      {problem && <Callout problem={problem} />}
      <Buttons send={say.model.fork} onClose={onClose} />
    </Dialog>
  );
}

/** Tells administrators of a model. */
export function ReportDialog({ slug, onClose }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSent, setSent] = useState(false);
  const report = async (given: FormData) => {
    const reason = String(given.get("reason")) as ModelReportReason;
    const input = { model: slug, reason, text: String(given.get("text")).trim() };
    const answer = request(ReportModelDocument, { input }).then(({ reportModel }) => refusalProblem(reportModel));
    const problem = await answer.catch(apiProblem);
    setProblem(problem);
    setSent(!problem);
  };
  return (
    <Dialog title={say.model.reportTitle(slug)} about={say.model.reportAbout} onClose={onClose} onSubmit={report}>
      {isSent ? (
        <>
          <p role="status">{say.model.reportThanks}</p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={onClose}>
              {say.model.close}
            </button>
          </div>
        </>
      ) : (
        <>
          <label class="field">
            <span class="field-label">{say.model.reportReason}</span>
            <select class="input" name="reason">
              {Object.entries(say.model.reasons).map(([reason, title]) => (
                <option key={reason} value={reason}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span class="field-label">{say.model.reportText}</span>
            <textarea class="input" name="text" rows={4} maxLength={2000} />
          </label>
          {problem && <Callout problem={problem} />}
          <Buttons send={say.model.reportSend} onClose={onClose} />
        </>
      )}
    </Dialog>
  );
}

function Buttons({ send, onClose }: { send: string; onClose: () => void }) {
  return (
    <div class="dialog-actions">
      <button type="submit" class="button button-primary">
        {send}
      </button>
      <button type="button" class="button button-quiet" onClick={onClose}>
        {say.model.close}
      </button>
    </div>
  );
}

interface DialogProps {
  title: string;
  about: string;
  onClose: () => void;
  onSubmit: (given: FormData) => Promise<void>;
  children: ComponentChildren;
}

function Dialog({ title, about, onClose, onSubmit, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isBusy = useRef(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    isBusy.current = true;
    await onSubmit(new FormData(event.currentTarget as HTMLFormElement));
    isBusy.current = false;
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <form class="dialog-form" onSubmit={(event) => void submit(event)}>
        <h2 class="dialog-title" id="dialog-title">
          {title}
        </h2>
        <p class="dialog-about">{about}</p>
        {children}
      </form>
    </dialog>
  );
}
