import { number } from "../ui/units";

/** One answer of a model that weighs several: a class, an object in a picture, a name in a text. */
export interface Answer {
  label: string;
  /** The words of a text that it is about. */
  word: string;
  score: number | null;
  /** Where it is: a box in a picture in pixels, or from which to which character of a text. */
  place: string;
}

const MOST_WORDED = 5;
const LABELS = ["label", "entity_group", "entity", "answer", "token_str"];

/** The answers of an output that is a list of nothing else; else none. */
export function answersOf(output: unknown): readonly Answer[] {
  const answers = Array.isArray(output) ? output.map(answerOf) : [];
  return answers.every((answer) => answer !== null) ? answers : [];
}

/** A text, or the most likely answers in words; "" for what is neither. */
export function outputWords({ text, output }: { text: string | null; output: unknown }): string {
  if (text !== null) return text.trim();
  const lines = answersOf(output)
    .slice(0, MOST_WORDED)
    .map(({ label, word, score }) => {
      return [word, label, score === null ? "" : number(score, 2)].filter((part) => part !== "").join("  ");
    });
  return lines.join("\n");
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function answerOf(value: unknown): Answer | null {
  if (!isObject(value)) return null;
  const { score = null, word, start, end, box } = value;
  const label = LABELS.map((name) => value[name]).find((name) => typeof name === "string");
  if (typeof label !== "string" || (score !== null && typeof score !== "number")) return null;
  const isRange = typeof start === "number" && typeof end === "number";
  const place = isObject(box) ? boxed(box) : isRange ? `${start} – ${end}` : "";
  return { label, word: typeof word === "string" ? word : "", score, place };
}

function boxed({ xmin, ymin, xmax, ymax }: Record<string, unknown>): string {
  const sides = [xmin, ymin, xmax, ymax];
  if (!sides.every((side) => typeof side === "number")) return "";
  const [left, top, right, bottom] = sides.map((side) => Math.round(side));
  return `${left}, ${top} – ${right}, ${bottom}`;
}
