/** A text that a model wrote, as its output lists it. */
export interface Choice {
  text: string;
  reason: string;
  reasoning: string;
  calls: readonly { name: string; values: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const listOf = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** The choices of an output; none where it is something else. */
export function choicesOf(output: unknown): readonly Choice[] {
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
