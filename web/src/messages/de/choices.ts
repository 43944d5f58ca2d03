import type english from "../en/choices";

export default {
  choice: (place: number) => `Vorschlag ${place}`,
  reasons: {
    stop: "kam zu seinem Ende",
    length: "wurde bei der größten Länge abgeschnitten",
    tool_calls: "will ein Werkzeug aufrufen",
    content_filter: "wurde teils zurückgehalten",
  } as Record<string, string>,
  reasoning: "Überlegung",
} satisfies typeof english;
