import { say } from "../messages/messages";
import { predictionPath } from "../ui/router";
import { differences, shortened } from "./differences";
import type { Parent } from "./notes";
import type { Prediction } from "./run";

/** What a prediction runs again, and with which changes. */
export function Origin({ prediction, parent }: { prediction: Prediction; parent: Parent }) {
  const words = say.shared;
  const changes = differences(parent.input, prediction.input);
  const versions = [parent.version.number, prediction.version.number];
  return (
    <section class="origin" aria-label={words.differs}>
      <p class="hint">
        <a href={predictionPath(parent.id)}>{words.rerunOf}</a>
        {changes.length === 0 && versions[0] === versions[1] && <> {words.sameInput}</>}
      </p>
      {(changes.length > 0 || versions[0] !== versions[1]) && (
        <dl class="changes">
          {versions[0] !== versions[1] && <Change name={words.version} before={versions[0]} after={versions[1]} />}
          {changes.map(({ name, before, after }) => (
            <Change key={name} name={name} before={before} after={after} />
          ))}
        </dl>
      )}
    </section>
  );
}

function Change({ name, before, after }: { name: string; before: unknown; after: unknown }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <del>{shortened(before)}</del> <span aria-hidden="true">→</span> <ins>{shortened(after)}</ins>
      </dd>
    </div>
  );
}
