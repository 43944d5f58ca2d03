/** A text that a model wrote, as its output lists it. */
export interface Choice {
  text: string;
  reason: string;
  reasoning: string;
  calls: readonly { id: string; name: string; values: string }[];
  /** The text as a message, without the marks of calls and thoughts; null where there are no messages. */
  content: string | null;
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
      content: isObject(choice["message"]) ? textOf(message["content"]) : null,
      calls: listOf(message["tool_calls"]).map((call) => {
        const called = isObject(call["function"]) ? call["function"] : {};
        const values = called["arguments"] ?? {};
        return {
          id: textOf(call["id"]),
          name: textOf(called["name"]),
          values: typeof values === "string" ? values : JSON.stringify(values),
        };
      }),
    };
  });
}
