/** A text that a model wrote, as its output lists it. */
interface Choice {
  text: string;
  reason: string;
  reasoning: string;
  calls: readonly { name: string; values: string }[];
}

const REASONS: Record<string, string> = {
  stop: "came to its end",
  length: "was cut at its maximum length",
  tool_calls: "asks to call a tool",
  content_filter: "was withheld in part",
};

/** What a model wrote where more than its text was asked for: every choice, why it ended, what it wants to call. */
export function Choices({ output }: { output: unknown }) {
  const choices = choicesOf(output);
  if (choices.length === 0) return null;
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
          {index > 0 && choice.text !== "" && <p class="choice-text">{choice.text}</p>}
          {choice.calls.map(({ name, values }, at) => (
            <p class="choice-call mono" key={at}>
              {name}({values})
            </p>
          ))}
        </section>
      ))}
      <details>
        <summary>All of the output</summary>
        <pre class="json-output" role="region" aria-label="All of the output" tabIndex={0}>
          {JSON.stringify(output, null, 2).slice(0, MOST_JSON)}
        </pre>
      </details>
    </div>
  );
}

const MOST_JSON = 100_000;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const listOf = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

function choicesOf(output: unknown): readonly Choice[] {
  if (!isObject(output)) return [];
  return listOf(output["choices"]).map((choice) => {
    const message = isObject(choice["message"]) ? choice["message"] : {};
    return {
      text: textOf(choice["text"]),
      reason: textOf(choice["finish_reason"]),
      reasoning: textOf(message["reasoning_content"]),
      calls: listOf(message["tool_calls"]).map((call) => {
        const called = isObject(call["function"]) ? call["function"] : {};
        return { name: textOf(called["name"]), values: JSON.stringify(called["arguments"] ?? {}) };
      }),
    };
  });
}
