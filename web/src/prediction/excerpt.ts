import { say } from "../messages/messages";

const LONGEST = 160;
const TELLING = ["prompt", "text", "input", "question", "query", "content", "message"];

/** A file that is written out within an input: its type is all that can be read of it. */
const EMBEDDED = /^data:([^;,]*)[;,][^]*$/;

/** An input in a few words: what was asked, or what there is. */
export function excerpt(input: unknown): string {
  const values = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  const named = TELLING.map((name) => values[name]).find(isWords) ?? lastWords(values.messages);
  const words = named ?? Object.values(values).find(isWords);
  // more than is shown even where much of it is blank
  const text = (words?.replace(EMBEDDED, (_, type: string) => say.prediction.aFile(type)) ?? JSON.stringify(input))
    .slice(0, LONGEST * 10)
    .replace(/\s+/g, " ")
    .trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

/** The text of a conversation's last message; undefined where it is in parts. */
function lastWords(messages: unknown): string | undefined {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : null;
  const content = typeof last === "object" && last !== null && "content" in last ? last.content : null;
  return isWords(content) ? content : undefined;
}

const isWords = (value: unknown): value is string => typeof value === "string" && value !== "";
