import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { PrepareAgainDocument, PreparationDocument, type PreparationFieldsFragment } from "../api/generated/graphql";
import { apiProblem, passingProblem, refusalProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { editPath, modelPath } from "../ui/router";
import { bytes, moment } from "../ui/units";

const POLL_MS = 1_500;

interface Props {
  slug: string;
  /** Goes back to what was given, to change it. */
  onChange: () => void;
}

/** How the first version of a new model becomes ready, in bytes; or why it does not, and what can be done. */
export function Preparing({ slug, onChange }: Props) {
  const [version, setVersion] = useState<PreparationFieldsFragment | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  const isOver = version?.state === "READY" || version?.state === "REFUSED";
  useEffect(() => {
    let isShown = true;
    const ask = () =>
      request(PreparationDocument, { slug })
        .then(({ model }) => isShown && (setVersion(model?.latestVersion ?? null), setProblem(null)))
        .catch((error: unknown) => isShown && setProblem(passingProblem(error)));
    void ask();
    const timer = setInterval(() => void ask(), POLL_MS);
    if (isOver) clearInterval(timer);
    return () => {
      isShown = false;
      clearInterval(timer);
    };
  }, [slug, isOver, turn]);
  const again = async () => {
    const asked = request(PrepareAgainDocument, { input: { version: slug } });
    const problem = await asked.then(({ prepareAgain }) => refusalProblem(prepareAgain), apiProblem);
    setProblem(problem);
    setVersion(null);
    setTurn(turn + 1);
  };
  const words = say.create;
  return (
    <div class="studio">
      <div class="page-head">
        <h1 class="page-title page-slug">{slug}</h1>
        <p class="hint" role="status">
          {!version || version.state === "PREPARING"
            ? words.preparing
            : version.state === "READY"
              ? words.ready
              : words.refused}
        </p>
      </div>
      <div class="panel settings">
        {problem && <Callout problem={problem} />}
        {version?.state === "PREPARING" && <Progress version={version} />}
        {version?.state === "READY" && (
          <>
            <p>{version.sizeBytes ? words.readySize(bytes(Number(version.sizeBytes))) : words.ready}</p>
            <div class="dialog-actions">
              <a class="button button-primary" href={modelPath(slug)}>
                {words.open}
              </a>
              <a class="button" href={editPath(slug)}>
                {words.describe}
              </a>
            </div>
          </>
        )}
        {version?.state === "REFUSED" && (
          <>
            <Callout problem={{ title: words.refused, detail: version.reason ?? "", hint: words.refusedHint }} />
            <div class="dialog-actions">
              <button type="button" class="button button-primary" onClick={onChange}>
                {words.changeIt}
              </button>
              <button type="button" class="button" onClick={() => void again()}>
                {words.prepareAgain}
              </button>
            </div>
          </>
        )}
        {version?.state === "PREPARING" && (
          <p class="hint">
            {words.mayLeave} <a href={modelPath(slug)}>{slug}</a>
          </p>
        )}
      </div>
    </div>
  );
}

/** A phase, how many bytes of it are done, and why it waits. */
function Progress({ version }: { version: PreparationFieldsFragment }) {
  const words = say.create;
  const { phase = "", bytes: done, totalBytes } = version.progress ?? {};
  const total = totalBytes == null ? null : Number(totalBytes);
  const amount = done == null ? 0 : Number(done);
  if (version.reason) {
    const when = version.nextTryAt ? words.triedAgain(moment(version.nextTryAt)) : words.triedSoon;
    return <Callout problem={{ title: words.notYet, detail: version.reason, hint: when }} tone="quiet" />;
  }
  return (
    <>
      <progress
        class="progress-bar"
        aria-label={words.preparing}
        max={total || undefined}
        value={total ? Math.min(amount, total) : undefined}
      />
      <p class="progress-facts hint">
        {phase && <span>{words.phases[phase] ?? phase}</span>}
        {amount > 0 && <span>{total ? words.amountOf(bytes(amount), bytes(total)) : bytes(amount)}</span>}
      </p>
    </>
  );
}
