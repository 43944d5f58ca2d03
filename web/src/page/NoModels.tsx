import { bytes } from "../prediction/units";
import { Callout } from "./Callout";
import type { Model, Models } from "./models";

/** What stands in place of the form while there is no model to run. */
export function NoModels({ models }: { models: Models }) {
  const problem = models.problem.value;
  if (problem) {
    return (
      <div class="stage">
        <Callout problem={problem}>
          <button type="button" class="button" onClick={() => void models.load()}>
            Try now
          </button>
        </Callout>
      </div>
    );
  }
  if (models.all.value === null) {
    return (
      <div class="stage" aria-busy="true">
        <p class="hint">Loading models…</p>
      </div>
    );
  }
  const unready = models.unready.value;
  return (
    <div class="stage">
      <h2 class="stage-title">{unready.length > 0 ? "No model is ready yet" : "No models yet"}</h2>
      {unready.length > 0 ? (
        <ul class="stage-list">
          {unready.map((model) => (
            <Unready key={model.id} model={model} />
          ))}
        </ul>
      ) : (
        <p>
          Publish one with the <code>createModel</code> mutation: from the Hugging Face hub, from a folder, or your own
          predictor. It appears here once it is ready.
        </p>
      )}
      <p>
        <a class="button" href="/graphql">
          Open GraphiQL
        </a>
      </p>
    </div>
  );
}

function Unready({ model }: { model: Model }) {
  const version = model.latestVersion;
  const progress = version?.progress;
  const amount = progress
    ? [progress.bytes, progress.totalBytes].filter((n) => n !== null).map((n) => bytes(Number(n)))
    : [];
  return (
    <li>
      <span class="mono">{model.slug}</span>
      <span class="hint">
        {version?.state === "REFUSED" && `refused: ${version.reason ?? "no reason given"}`}
        {version?.state === "PREPARING" &&
          ["preparing", progress?.phase, amount.join(" of ")].filter(Boolean).join(", ")}
        {!version && "no version yet"}
      </span>
    </li>
  );
}
