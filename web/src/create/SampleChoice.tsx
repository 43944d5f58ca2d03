import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { SampleCandidatesDocument, type SampleFieldsFragment } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { outputWords } from "../prediction/Answers";
import { excerpt } from "../prediction/excerpt";
import { Callout } from "../ui/Callout";
import { reachable } from "../ui/Media";
import { modelPath } from "../ui/router";
import type { EditedModel, Editing, Outcome } from "./editing";

const MOST = 4;

interface Props {
  editing: Editing;
  model: EditedModel;
}

/** Which runs of one's own the model's page and card show. */
export function SampleChoice({ editing, model }: Props) {
  const words = say.create;
  const [candidates, setCandidates] = useState<readonly SampleFieldsFragment[] | null>(null);
  const [chosen, setChosen] = useState(model.samples.map(({ id }) => id));
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useEffect(() => {
    const filter = { model: model.slug, status: ["SUCCEEDED" as const] };
    request(SampleCandidatesDocument, { filter }).then(
      ({ predictions }) => setCandidates(predictions.nodes),
      () => setCandidates([]),
    );
  }, []);
  const known = new Set(model.samples.map(({ id }) => id));
  const shown = [...model.samples, ...(candidates ?? []).filter(({ id }) => !known.has(id))];
  const mark = (id: string, isChosen: boolean) => {
    setOutcome(null);
    setChosen(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id));
  };
  return (
    <section class="panel settings" aria-labelledby="samples-edit-title">
      <h2 class="section-title" id="samples-edit-title">
        {words.samples}
      </h2>
      <p class="hint">{words.samplesHint}</p>
      {candidates !== null && shown.length === 0 && (
        <p>
          {words.noCandidates}{" "}
          <a class="button" href={modelPath(model.slug)}>
            {words.runFirst}
          </a>
        </p>
      )}
      <ul class="sample-list">
        {shown.map((sample) => {
          const isChosen = chosen.includes(sample.id);
          return (
            <li key={sample.id}>
              <label class="sample-choice">
                <input
                  type="checkbox"
                  class="choice"
                  checked={isChosen}
                  disabled={!isChosen && chosen.length >= MOST}
                  onChange={(event) => mark(sample.id, event.currentTarget.checked)}
                />
                <SampleGlance sample={sample} />
                <span class="hint">{excerpt(sample.input)}</span>
              </label>
            </li>
          );
        })}
      </ul>
      {outcome?.problem && <Callout problem={outcome.problem} />}
      {shown.length > 0 && (
        <div class="dialog-actions">
          <button
            type="button"
            class="button button-primary"
            onClick={() => void editing.update({ samples: chosen }).then(setOutcome)}
          >
            {words.saveSamples}
          </button>
          <p class="hint" role="status">
            {outcome && !outcome.problem ? words.saved : words.chosen(chosen.length, MOST)}
          </p>
        </div>
      )}
    </section>
  );
}

function SampleGlance({ sample }: { sample: SampleFieldsFragment }) {
  const picture = sample.files.find((file) => file.contentType.startsWith("image/"));
  if (picture) return <img src={reachable(picture.url)} alt="" loading="lazy" />;
  return <span class="sample-text">{outputWords(sample) || JSON.stringify(sample.output)}</span>;
}
