import { excerpt } from "../prediction/excerpt";
import { outputWords } from "../prediction/Answers";
import { say } from "../messages/messages";
import { Media, mediaKind } from "../ui/Media";
import type { Desk, Sample } from "./desk";

/** What the model made for its owner, and a way to go on from there. */
export function Samples({ desk, samples }: { desk: Desk; samples: readonly Sample[] }) {
  if (samples.length === 0) return null;
  return (
    <section class="panel samples" aria-labelledby="samples-title">
      <h2 class="section-title" id="samples-title">
        {say.model.examples}
      </h2>
      <ul class="sample-list">
        {samples.map((sample) => (
          <li key={sample.id} class="sample">
            <SampleOutput sample={sample} />
            <p class="hint">{excerpt(sample.input)}</p>
            <button type="button" class="button" onClick={() => take(desk, sample)}>
              {say.model.useInput}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function SampleOutput({ sample }: { sample: Sample }) {
  const files = sample.files.filter((file) => mediaKind(file.contentType) !== null);
  if (files.length === 0) return <p class="sample-text">{outputWords(sample) || "…"}</p>;
  const label = say.model.inputLabel(excerpt(sample.input));
  return (
    <>
      {files.map(({ url, contentType }) => (
        <Media key={url} url={url} contentType={contentType} label={label} />
      ))}
    </>
  );
}

function take(desk: Desk, sample: Sample): void {
  const form = desk.form.value;
  desk.sample.value = sample;
  form?.fill(sample.input);
  form?.turnTo("form");
  document.querySelector<HTMLElement>(".form .field :is(textarea, input)")?.focus();
}
