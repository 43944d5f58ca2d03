/** Fields of the forms that add and change models, each with what the server says is wrong with it. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

/** What is wrong, by JSON Pointer. */
export type Errors = Readonly<Record<string, readonly string[]>>;

interface Violation {
  path: string;
  message: string;
}

/** Violations by the field that they are of: what is wrong with an item of a list is wrong with the list. */
export function errorsOf(violations: readonly Violation[]): Errors {
  const errors: Record<string, string[]> = {};
  for (const { path, message } of violations) {
    const key = path.replace(/\/\d+$/, "");
    errors[key] = [...new Set([...(errors[key] ?? []), message])];
  }
  return errors;
}

interface Given {
  id: string;
  name: string;
  class: string;
  autocomplete: "off";
  autocapitalize: "none";
  spellcheck: boolean;
  "aria-invalid": boolean | undefined;
  "aria-describedby": string | undefined;
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  errors?: readonly string[] | undefined;
  children: (given: Given) => ComponentChildren;
}

/** A label, a control, what it means, and what is wrong with it. */
export function Field({ name, label, hint, errors = [], children }: FieldProps) {
  const id = `model-${name}`;
  const about = [hint && `${id}-hint`, errors.length > 0 && `${id}-errors`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {children({
        id,
        name,
        class: "input",
        autocomplete: "off",
        autocapitalize: "none",
        spellcheck: false,
        "aria-invalid": errors.length > 0 || undefined,
        "aria-describedby": about || undefined,
      })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <p class="field-errors" id={`${id}-errors`}>
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Omit<FieldProps, "children"> {
  value: Signal<string>;
  isOptional?: boolean;
}

export function TextField({ value, isOptional = false, ...field }: TextProps) {
  return (
    <Field {...field}>
      {(given) => (
        <input
          {...given}
          required={!isOptional}
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps<T extends string> extends Omit<FieldProps, "children"> {
  value: Signal<T>;
  options: Readonly<Record<string, string>>;
}

export function Choice<T extends string>({ value, options, ...field }: ChoiceProps<T>) {
  return (
    <Field {...field}>
      {(given) => (
        <select {...given} value={value.value} onChange={(event) => (value.value = event.currentTarget.value as T)}>
          {Object.entries(options).map(([option, title]) => (
            <option key={option} value={option}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
