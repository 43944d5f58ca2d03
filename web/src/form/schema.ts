/** What a form can show of a JSON Schema: its top-level properties, each as one control. */

export type Control =
  | { kind: "text"; multiline: boolean; secret: boolean; maxLength: number | null }
  | { kind: "number"; integer: boolean; low: number | null; high: number | null; step: number; seed: boolean }
  | { kind: "choice"; options: readonly unknown[] }
  | { kind: "switch" }
  | { kind: "lines" }
  | { kind: "file"; multiple: boolean; accept: string }
  | { kind: "messages" }
  | { kind: "json" };

export interface Field {
  name: string;
  label: string;
  description: string;
  required: boolean;
  nullable: boolean;
  initial: unknown;
  example: string;
  control: Control;
}

type Schema = Record<string, unknown>;

const PROSE = /^(prompt|negative_prompt|system|system_prompt|text|content|message|context|question|document)$/;
const LONG_TEXT = 200;
/** Fields that a form shows, and options of a choice; what has more is written as JSON. */
const MOST_FIELDS = 200;
const MOST_OPTIONS = 1_000;
/** Characters of a field's label, and of what is said below it. */
const MOST_LABEL = 120;
const MOST_ABOUT = 1_000;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown, most: number): string =>
  typeof value !== "string" ? "" : value.length > most ? `${value.slice(0, most)} …` : value;
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** The fields of an object's schema in their order, or null when it has none to show. */
export function fieldsOf(schema: unknown): Field[] | null {
  if (!isObject(schema) || !isObject(schema["properties"])) return null;
  if (Object.keys(schema["properties"]).length > MOST_FIELDS) return null;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const fields = Object.entries(schema["properties"]).map(([name, rule], index) => {
    const property = isObject(rule) ? rule : {};
    return { order: number(property["x-order"]) ?? index, field: fieldOf(name, property, required.includes(name)) };
  });
  return fields.sort((a, b) => a.order - b.order).map(({ field }) => field);
}

function fieldOf(name: string, rule: Schema, required: boolean): Field {
  const plain = withoutNull(rule);
  const examples = Array.isArray(rule["examples"]) ? rule["examples"] : [];
  return {
    name,
    label: text(rule["title"], MOST_LABEL) || text(name.replaceAll("_", " "), MOST_LABEL),
    description: text(rule["description"], MOST_ABOUT),
    required,
    nullable: plain !== rule,
    initial: rule["default"],
    example: text(typeof examples[0] === "number" ? String(examples[0]) : examples[0], MOST_LABEL),
    control: controlOf(name, plain),
  };
}

/** The rule without "or null": a control left empty stands for null. */
function withoutNull(rule: Schema): Schema {
  const types = rule["type"];
  if (Array.isArray(types)) {
    const rest = types.filter((type) => type !== "null");
    if (rest.length === 1) return { ...rule, type: rest[0] };
  }
  const either = rule["anyOf"] ?? rule["oneOf"];
  if (Array.isArray(either)) {
    const rest = either.filter((branch) => !(isObject(branch) && branch["type"] === "null"));
    if (rest.length === 1 && isObject(rest[0])) return { ...rule, ...rest[0] };
  }
  return rule;
}

function controlOf(name: string, rule: Schema): Control {
  const options = rule["enum"];
  if (Array.isArray(options) && options.length > MOST_OPTIONS) return { kind: "json" };
  if (Array.isArray(options) && options.length > 0) return { kind: "choice", options };
  switch (rule["type"]) {
    case "boolean":
      return { kind: "switch" };
    case "string":
      return rule["format"] === "file" ? fileOf(rule, false) : textOf(name, rule);
    case "integer":
    case "number":
      return numberOf(name, rule, rule["type"] === "integer");
    case "array":
      return listOf(rule["items"]);
    default:
      return { kind: "json" };
  }
}

function listOf(items: unknown): Control {
  if (isObject(items) && isMessage(items["properties"])) return { kind: "messages" };
  if (!isObject(items) || items["type"] !== "string") return { kind: "json" };
  return items["format"] === "file" ? fileOf(items, true) : { kind: "lines" };
}

/** `accept`: the types of files that the rule names, as a file picker takes them; "" for any. */
const fileOf = (rule: Schema, multiple: boolean): Control => ({
  kind: "file",
  multiple,
  accept: text(rule["contentMediaType"], MOST_ABOUT),
});

const isMessage = (properties: unknown): boolean =>
  isObject(properties) && isObject(properties["role"]) && isObject(properties["content"]);

function textOf(name: string, rule: Schema): Control {
  const maxLength = number(rule["maxLength"]);
  const multiline = PROSE.test(name) || rule["format"] === "textarea" || (maxLength ?? 0) > LONG_TEXT;
  return { kind: "text", multiline, secret: rule["format"] === "password", maxLength };
}

function numberOf(name: string, rule: Schema, integer: boolean): Control {
  const [above, below] = [number(rule["exclusiveMinimum"]), number(rule["exclusiveMaximum"])];
  const range = [number(rule["minimum"]) ?? above, number(rule["maximum"]) ?? below] as const;
  const step = number(rule["multipleOf"]) ?? (integer ? 1 : fineStep(...range));
  const low = number(rule["minimum"]) ?? (above === null ? null : above + step);
  const high = number(rule["maximum"]) ?? (below === null ? null : below - step);
  return { kind: "number", integer, low, high, step, seed: integer && /(^|_)seed$/.test(name) };
}

/** About a hundred to a thousand positions from end to end, at a round number each. */
function fineStep(low: number | null, high: number | null): number {
  const range = low !== null && high !== null ? high - low : 1;
  return range > 0 ? 10 ** (Math.floor(Math.log10(range)) - 2) : 0.01;
}
