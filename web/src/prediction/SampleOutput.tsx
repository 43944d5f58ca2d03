import { say } from "../messages/messages";
import { Media, mediaKind } from "../ui/Media";
import { outputWords } from "./Answers";
import { excerpt } from "./excerpt";

interface Shown {
  input: unknown;
  output: unknown;
  text: string | null;
  files: readonly { url: string; contentType: string; width: number | null; height: number | null }[];
}

/** What a model made for its owner, where a run's output will be, marked as such. */
export function SampleOutput({ sample }: { sample: Shown }) {
  const files = sample.files.filter((file) => mediaKind(file.contentType) !== null);
  const words = outputWords(sample);
  return (
    <section class="panel output sample-output" aria-label={say.model.sample}>
      <div class="output-head">
        <span class="badge">{say.model.sample}</span>
        <span class="hint">{say.model.sampleHint}</span>
      </div>
      <div class="output-body">
        {files.length > 0 ? (
          <div class="files">
            {files.map((file) => (
              <figure key={file.url} class="picture">
                <Media {...file} label={say.model.sampleOf(excerpt(sample.input))} />
              </figure>
            ))}
          </div>
        ) : words ? (
          <div class="text-output" role="region" aria-label={say.model.sampleOf(excerpt(sample.input))} tabIndex={0}>
            {words}
          </div>
        ) : (
          <pre class="json-output" role="region" aria-label={say.model.sampleOf(excerpt(sample.input))} tabIndex={0}>
            {JSON.stringify(sample.output, null, 2)}
          </pre>
        )}
      </div>
    </section>
  );
}
