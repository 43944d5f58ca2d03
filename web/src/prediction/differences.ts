/** What differs between two inputs, and what a run with changes is asked for. */
import { say } from "../messages/messages";

type Values = Readonly<Record<string, unknown>>;

export interface Change {
  name: string;
  /** `undefined` where it is left out. */
  before: unknown;
  after: unknown;
}

const LONGEST = 120;
/** How the API shows a secret: whoever runs it again does not know it, and it stays. */
const HIDDEN = "**********";

const valuesOf = (input: unknown): Values =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Values) : {};

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields that two inputs do not have alike, in the order of the second. */
export function differences(before: unknown, after: unknown): Change[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .map((name) => ({ name, before: own(old, name), after: own(now, name) }))
    .filter((change) => !isSame(change.before, change.after));
}

/** What `rerun` takes to make the second input out of the first: null leaves a field out. */
export function overridesOf(before: unknown, after: unknown): Record<string, unknown> {
  const changes = differences(before, after).filter((change) => change.before !== HIDDEN || change.after !== undefined);
  return Object.fromEntries(changes.map(({ name, after: value }) => [name, value ?? null]));
}

/** A value in a few words. */
export function shortened(value: unknown): string {
  if (value === undefined || value === null) return say.shared.nothing;
  const text = typeof value === "string" ? value.replace(/^data:([^;,]*)[^]*$/, "($1)") : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

const own = (values: Values, name: string): unknown => (Object.hasOwn(values, name) ? values[name] : undefined);
