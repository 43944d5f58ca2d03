export default {
  choice: (place: number) => `Choice ${place}`,
  reasons: {
    stop: "came to its end",
    length: "was cut at its maximum length",
    tool_calls: "asks to call a tool",
    content_filter: "was withheld in part",
  } as Record<string, string>,
  reasoning: "Reasoning",
};
