const LONGEST = 160;
const TELLING = ["prompt", "text", "input", "question", "query", "content", "message"];

/** An input in a few words: what was asked, or what there is. */
export function excerpt(input: unknown): string {
  const values = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  const named = TELLING.map((name) => values[name]).find(isWords);
  const words = named ?? Object.values(values).find(isWords);
  // more than is shown even where much of it is blank
  const text = (words ?? JSON.stringify(input))
    .slice(0, LONGEST * 10)
    .replace(/\s+/g, " ")
    .trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

const isWords = (value: unknown): value is string => typeof value === "string" && value !== "";
