import { say } from "../messages/messages";
import { choicesOf, type Choice } from "./choice_texts";
import { isTerminal, type Prediction, type Run } from "./run";

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
        <section class="choice" key={index} aria-label={say.choices.choice(index + 1)}>
          <h3 class="choice-head">
            {say.choices.choice(index + 1)}{" "}
            <span class="hint">{say.choices.reasons[choice.reason] ?? choice.reason}</span>
          </h3>
          {choice.reasoning !== "" && (
            <details>
              <summary>{say.choices.reasoning}</summary>
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
          <summary>{say.prediction.allOutput}</summary>
          <pre class="json-output" role="region" aria-label={say.prediction.allOutput} tabIndex={0}>
            {JSON.stringify(prediction.output, null, 2).slice(0, MOST_JSON)}
          </pre>
        </details>
      )}
    </div>
  );
}

const BEGUN: Choice = { text: "", reason: "", reasoning: "", calls: [], content: null };
const MOST_JSON = 100_000;
