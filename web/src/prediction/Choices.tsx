import { choicesOf, type Choice } from "./choice_texts";
import { isTerminal, type Prediction, type Run } from "./run";

const REASONS: Record<string, string> = {
  stop: "came to its end",
  length: "was cut at its maximum length",
  tool_calls: "asks to call a tool",
  content_filter: "was withheld in part",
};

/** What a model writes where more than its text was asked for: every choice, why it ended, what it wants to call. */
export function Choices({ run, prediction }: { run: Run; prediction: Prediction }) {
  const ended = isTerminal(prediction.status) ? choicesOf(prediction.output) : [];
  const others = run.others.value;
  const count = Math.max(ended.length, others.length > 0 ? others.length + 1 : 0);
  if (count === 0) return null;
  const choices = Array.from({ length: count }, (_, index) => ended[index] ?? BEGUN);
  return (
    <div class="choices">
      {choices.map((choice, index) => (
        <section class="choice" key={index} aria-label={`Choice ${index + 1}`}>
          <h3 class="choice-head">
            Choice {index + 1} <span class="hint">{REASONS[choice.reason] ?? choice.reason}</span>
          </h3>
          {choice.reasoning !== "" && (
            <details>
              <summary>Reasoning</summary>
              <p class="choice-text">{choice.reasoning}</p>
            </details>
          )}
          {/* the first stands above, as it was streamed */}
          {index > 0 && <p class="choice-text" ref={others[index - 1]?.attach ?? null} />}
          {choice.calls.map(({ name, values }, at) => (
            <p class="choice-call mono" key={at}>
              {name}({values})
            </p>
          ))}
        </section>
      ))}
      {ended.length > 0 && (
        <details>
          <summary>All of the output</summary>
          <pre class="json-output" role="region" aria-label="All of the output" tabIndex={0}>
            {JSON.stringify(prediction.output, null, 2).slice(0, MOST_JSON)}
          </pre>
        </details>
      )}
    </div>
  );
}

const BEGUN: Choice = { text: "", reason: "", reasoning: "", calls: [] };
const MOST_JSON = 100_000;
