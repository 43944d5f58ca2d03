import { useState } from "preact/hooks";
import { request } from "../api/client";
import { StarModelDocument, UnstarModelDocument } from "../api/generated/graphql";
import type { ModelDetails } from "../api/models";
import { apiProblem, refusalProblem, type Problem } from "../api/problems";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { Callout } from "../ui/Callout";
import { number } from "../ui/units";
import { useModule } from "../ui/module";
import { editPath } from "../ui/router";
import type { Desk } from "./desk";

interface Props {
  desk: Desk;
  model: ModelDetails;
  account: Account;
}

/** What can be done with a model beside running it: the star, a fork, a report, and changing it for who may. */
export function Actions({ desk, model, account }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, setAsked] = useState<"fork" | "report" | null>(null);
  const dialogs = useModule(() => import("./dialogs"), asked !== null);
  const isIn = signedIn.value;
  const mayEdit = isIn && (account.isAdmin.value || model.owner.handle === account.handle.value);
  const ask = (what: "fork" | "report") => (isIn ? setAsked(what) : account.askToEnter());
  const star = async () => {
    if (!isIn) return account.askToEnter();
    const input = { model: model.slug };
    const answer = model.isStarred
      ? request(UnstarModelDocument, { input }).then(({ unstarModel }) => unstarModel)
      : request(StarModelDocument, { input }).then(({ starModel }) => starModel);
    const problem = await answer.then(refusalProblem, apiProblem);
    setProblem(problem);
    if (!problem) await desk.refresh();
  };
  const Dialog = dialogs && asked && (asked === "fork" ? dialogs.ForkDialog : dialogs.ReportDialog);
  return (
    <div class="model-actions">
      <button
        type="button"
        class="button"
        aria-pressed={model.isStarred}
        title={say.model.starHint(model.starCount)}
        onClick={() => void star()}
      >
        <span aria-hidden="true">{model.isStarred ? "★" : "☆"}</span>
        {model.isStarred ? say.model.unstar : say.model.star}
        {model.starCount > 0 && <span class="count">{number(model.starCount)}</span>}
      </button>
      {account.mayAddModels.value && (
        <button type="button" class="button" onClick={() => ask("fork")}>
          {say.model.fork}
        </button>
      )}
      {mayEdit ? (
        <a class="button" href={editPath(model.slug)}>
          {say.model.edit}
        </a>
      ) : (
        <button type="button" class="button button-quiet" onClick={() => ask("report")}>
          {say.model.report}
        </button>
      )}
      {problem && <Callout problem={problem} />}
      {Dialog && <Dialog slug={model.slug} onClose={() => setAsked(null)} />}
    </div>
  );
}
