import { signal, type Signal } from "@preact/signals";
import { say } from "../messages/messages";
import { fieldsOf, type Control, type Field } from "./schema";

/** What a control holds while it is edited. */
export type Raw = string | boolean;

export interface FormField extends Field {
  raw: Signal<Raw>;
  /** What is wrong with the value: this page's findings, then the server's. */
  errors: Signal<readonly string[]>;
}

export interface Reading {
  input: unknown;
  isValid: boolean;
}

export type View = "form" | "json" | "code";

/** The form of one version's input: its fields, or one JSON editor for a schema that no form can show. */
export class InputForm {
  readonly fields: readonly FormField[];
  readonly whole: boolean;
  /** Violations that belong to no field. */
  readonly loose = signal<readonly string[]>([]);

  /** How the input is shown; while as JSON, that text is the input. */
  readonly view = signal<View>("form");
  readonly json = signal("");
  readonly jsonErrors = signal<readonly string[]>([]);

  /** What the JSON said that no field can hold; the server has the last word on it. */
  #extra: Record<string, unknown> = {};
  #isJson = false;

  constructor(schema: unknown) {
    const fields = fieldsOf(schema);
    this.whole = fields === null;
    this.fields = (fields ?? [wholeField()]).map((field) => ({
      ...field,
      raw: signal(rawOf(field.control, field.initial, field.required)),
      errors: signal<readonly string[]>([]),
    }));
  }

  reset(): void {
    this.#fillAll({});
    this.json.value = indented(this.#fromFields().input);
    this.show([]);
  }

  /** Takes over the input of a prediction. */
  fill(input: unknown): void {
    if (this.whole) return this.#fillField(this.fields[0], input);
    if (!isObject(input)) return;
    this.#fillAll(input);
    this.json.value = indented(input);
  }

  /** Shows the input in another way, unless what was written as JSON is none. */
  turnTo(view: View): void {
    if (view === "json" && !this.#isJson) {
      this.json.value = indented(this.#fromFields().input);
      this.#isJson = true;
    } else if (view === "form" && this.#isJson) {
      const { input, isValid } = this.#fromJson();
      if (!isValid) return void (this.view.value = "json");
      this.#fillAll(input as Record<string, unknown>);
      this.#isJson = false;
      this.show([]);
    }
    this.view.value = view;
  }

  editJson(text: string): void {
    this.json.value = text;
    if (this.jsonErrors.value.length > 0) this.jsonErrors.value = [];
  }

  /** Whether it names the seed of the next run. */
  hasSeed(): boolean {
    return !this.#isJson && this.#seeds().some(({ raw }) => raw.value !== "");
  }

  /** Leaves seeds out, so that new ones are drawn. */
  clearSeeds(): void {
    for (const { raw } of this.#isJson ? [] : this.#seeds()) raw.value = "";
  }

  #seeds(): FormField[] {
    return this.fields.filter(({ control }) => control.kind === "number" && control.seed);
  }

  /** The input as it stands, without what is wrong with it; nothing is said of that. */
  draft(): unknown {
    if (!this.#isJson) return this.#fromFields().input;
    try {
      return JSON.parse(this.json.value);
    } catch {
      return {};
    }
  }

  read(): Reading {
    this.show([]);
    if (this.#isJson) return this.#fromJson();
    const { input, problems } = this.#fromFields();
    for (const [field, message] of problems) field.errors.value = [message];
    return { input, isValid: problems.length === 0 };
  }

  #fillAll(input: Record<string, unknown>): void {
    for (const field of this.fields) {
      if (Object.hasOwn(input, field.name)) this.#fillField(field, input[field.name]);
      else field.raw.value = rawOf(field.control, field.initial, field.required);
    }
    const known = new Set(this.fields.map((field) => field.name));
    this.#extra = Object.fromEntries(Object.entries(input).filter(([name]) => !known.has(name)));
  }

  #fillField(field: FormField | undefined, value: unknown): void {
    if (!field) return;
    // What is shown instead of a secret is none
    const hidden = field.control.kind === "text" && field.control.secret && value === HIDDEN;
    field.raw.value = rawOf(field.control, hidden ? undefined : value, false);
  }

  #fromFields(): { input: unknown; problems: [FormField, string][] } {
    // a list first: a field may be called `__proto__`
    const values: [string, unknown][] = [];
    const problems: [FormField, string][] = [];
    for (const field of this.fields) {
      try {
        const value = valueOf(field);
        if (value !== undefined) values.push([field.name, value]);
      } catch (error) {
        problems.push([field, error instanceof Error ? error.message : String(error)]);
      }
    }
    const input = this.whole ? (values[0]?.[1] ?? {}) : { ...Object.fromEntries(values), ...this.#extra };
    return { input, problems };
  }

  #fromJson(): Reading {
    try {
      const input = jsonOf(this.json.value);
      if (isObject(input)) return { input, isValid: true };
      this.jsonErrors.value = [say.form.noObject];
    } catch (error) {
      this.jsonErrors.value = [error instanceof Error ? error.message : String(error)];
    }
    return { input: {}, isValid: false };
  }

  /** Puts the server's violations at their fields. */
  show(violations: readonly { path: string; message: string }[]): void {
    this.jsonErrors.value = this.#isJson ? bounded(violations.map(({ path, message }) => `${path}: ${message}`)) : [];
    const at = new Map<string, string[]>();
    for (const { path, message } of this.#isJson ? [] : violations) {
      const [, root, name, ...inner] = path.split("/").map(unescape);
      const key = this.whole ? WHOLE_NAME : root === "input" && name !== undefined ? name : "";
      // Of the input as a whole no place has to be named
      const isAll = root === "input" && name === undefined;
      const where = isAll
        ? ""
        : key === "" || this.whole
          ? `${path}: `
          : inner.length > 0
            ? `${inner.join("/")}: `
            : "";
      at.set(key, [...(at.get(key) ?? []), where + message]);
    }
    for (const field of this.fields) {
      field.errors.value = bounded(at.get(field.name) ?? []);
      at.delete(field.name);
    }
    const loose = [...at].flatMap(([name, messages]) => messages.map((text) => (name ? `${name}: ${text}` : text)));
    this.loose.value = bounded(loose);
  }
}

const MOST_MESSAGES = 20;
/** How the API shows a secret. */
const HIDDEN = "**********";

const bounded = (messages: string[]): string[] =>
  messages.length > MOST_MESSAGES
    ? [...messages.slice(0, MOST_MESSAGES), say.form.more(messages.length - MOST_MESSAGES)]
    : messages;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const indented = (value: unknown): string => JSON.stringify(value, null, 2);

const WHOLE_NAME = "input";

const wholeField = (): Field => ({
  name: WHOLE_NAME,
  label: say.form.input,
  description: say.form.wholeAbout,
  required: true,
  nullable: false,
  initial: {},
  example: "",
  control: { kind: "json" },
});

const unescape = (part: string): string => part.replaceAll("~1", "/").replaceAll("~0", "~");

function rawOf(control: Control, value: unknown, required: boolean): Raw {
  switch (control.kind) {
    case "switch":
      return value === true;
    case "choice": {
      const index = control.options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value));
      return index >= 0 ? String(index) : required ? "0" : "";
    }
    case "number":
      if (value === undefined && required && control.low !== null) return String(control.low);
      return value === undefined || value === null ? "" : String(value);
    case "lines":
      return Array.isArray(value) ? value.join("\n") : "";
    case "file":
      return Array.isArray(value) ? value.join("\n") : typeof value === "string" ? value : "";
    case "json":
    case "messages":
      return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
    case "text":
      return typeof value === "string" ? value : "";
  }
}

/** The JSON value of a field, or undefined where it is left out; throws Error with a sentence. */
function valueOf(field: FormField): unknown {
  const { control } = field;
  const raw = field.raw.value;
  if (typeof raw === "boolean") return raw;
  if (control.kind === "text" ? raw === "" : raw.trim() === "") return emptyOf(field);
  switch (control.kind) {
    case "choice":
      return control.options[Number(raw)];
    case "number":
      return numberOf(raw);
    case "lines":
      return raw.split("\n").filter((line) => line !== "");
    case "file":
      return control.multiple ? raw.split("\n") : raw;
    case "json":
    case "messages":
      return jsonOf(raw);
    default:
      return raw;
  }
}

/** Leaving a field out means its default; one that was emptied on purpose must say so. */
function emptyOf({ control, initial, nullable }: FormField): unknown {
  if (initial === undefined || initial === null) return undefined;
  if (nullable) return null;
  if (control.kind === "text" && initial !== "") return "";
  return control.kind === "lines" && Array.isArray(initial) && initial.length > 0 ? [] : undefined;
}

function numberOf(raw: string): number {
  const value = Number(raw);
  if (!Number.isFinite(value)) throw new Error(say.form.noNumber);
  return value;
}

function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch (error) {
    throw new Error(say.form.noJson(error instanceof Error ? error.message : String(error)));
  }
}
