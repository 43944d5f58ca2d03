import { signal, type Signal } from "@preact/signals";
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

/** The form of one version's input: its fields, or one JSON editor for a schema that no form can show. */
export class InputForm {
  readonly fields: readonly FormField[];
  readonly whole: boolean;
  /** Violations that belong to no field. */
  readonly loose = signal<readonly string[]>([]);

  constructor(schema: unknown) {
    const fields = fieldsOf(schema);
    this.whole = fields === null;
    this.fields = (fields ?? [WHOLE]).map((field) => ({
      ...field,
      raw: signal(rawOf(field.control, field.initial, field.required)),
      errors: signal<readonly string[]>([]),
    }));
  }

  reset(): void {
    for (const field of this.fields) field.raw.value = rawOf(field.control, field.initial, field.required);
    this.show([]);
  }

  /** Takes over the input of a prediction. */
  fill(input: unknown): void {
    if (this.whole) return this.#fillField(this.fields[0], input);
    if (typeof input !== "object" || input === null) return;
    for (const field of this.fields) {
      if (Object.hasOwn(input, field.name)) this.#fillField(field, (input as Record<string, unknown>)[field.name]);
    }
  }

  #fillField(field: FormField | undefined, value: unknown): void {
    if (field) field.raw.value = rawOf(field.control, value, false);
  }

  read(): Reading {
    this.show([]);
    const input: Record<string, unknown> = {};
    for (const field of this.fields) {
      try {
        const value = valueOf(field);
        if (value !== undefined) input[field.name] = value;
      } catch (error) {
        field.errors.value = [error instanceof Error ? error.message : String(error)];
      }
    }
    const isValid = this.fields.every((field) => field.errors.value.length === 0);
    return { input: this.whole ? (input[WHOLE.name] ?? {}) : input, isValid };
  }

  /** Puts the server's violations at their fields. */
  show(violations: readonly { path: string; message: string }[]): void {
    const at = new Map<string, string[]>();
    for (const { path, message } of violations) {
      const [, root, name, ...inner] = path.split("/").map(unescape);
      const key = this.whole ? WHOLE.name : root === "input" && name !== undefined ? name : "";
      const where = key === "" || this.whole ? `${path}: ` : inner.length > 0 ? `${inner.join("/")}: ` : "";
      at.set(key, [...(at.get(key) ?? []), where + message]);
    }
    for (const field of this.fields) {
      field.errors.value = at.get(field.name) ?? [];
      at.delete(field.name);
    }
    this.loose.value = [...at].flatMap(([name, messages]) =>
      messages.map((text) => (name ? `${name}: ${text}` : text)),
    );
  }
}

const WHOLE: Field = {
  name: "input",
  label: "Input",
  description: "This model's schema has no form; give the input as a JSON object.",
  required: true,
  nullable: false,
  initial: {},
  example: "",
  control: { kind: "json" },
};

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
  if (!Number.isFinite(value)) throw new Error("This is not a number.");
  return value;
}

function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
