import type { Signal } from "@preact/signals";
import { say } from "../messages/messages";
import type { Control } from "./schema";
import type { Raw } from "./values";

export interface ControlProps {
  id: string;
  raw: Signal<Raw>;
  placeholder: string;
  required: boolean;
  invalid: boolean;
  describedBy: string | undefined;
  onEdit(value: Raw): void;
}

export function attributes({ id, required, invalid, describedBy }: ControlProps) {
  return { id, "aria-required": required, "aria-invalid": invalid, "aria-describedby": describedBy };
}

type Of<K extends Control["kind"]> = ControlProps & { control: Extract<Control, { kind: K }> };

export function TextBox(props: Of<"text">) {
  const { control, raw, onEdit } = props;
  const value = String(raw.value);
  const shared = { ...attributes(props), value, placeholder: props.placeholder, class: "input" };
  if (!control.multiline) {
    const edit = (event: { currentTarget: HTMLInputElement }) => onEdit(event.currentTarget.value);
    if (control.secret) return <input {...shared} type="password" autocomplete="off" onInput={edit} />;
    return <input {...shared} type="text" autocomplete="off" onInput={edit} />;
  }
  const nearsLimit = control.maxLength !== null && value.length > control.maxLength * 0.8;
  return (
    <div class="grow">
      <textarea
        {...shared}
        class={`input grow-text${props.required ? " prose" : ""}`}
        rows={2}
        onInput={(event) => onEdit(event.currentTarget.value)}
      />
      {nearsLimit && (
        <span class="field-count">
          {value.length} / {control.maxLength}
        </span>
      )}
    </div>
  );
}

export function Choice(props: Of<"choice">) {
  const { control, raw, required, onEdit } = props;
  return (
    <select
      {...attributes(props)}
      class="input"
      value={String(raw.value)}
      onChange={(event) => onEdit(event.currentTarget.value)}
    >
      {!required && raw.value === "" && <option value="">{say.form.default}</option>}
      {control.options.map((option, index) => (
        <option key={index} value={String(index)}>
          {typeof option === "string" ? option : JSON.stringify(option)}
        </option>
      ))}
    </select>
  );
}

export function Switch(props: ControlProps) {
  return (
    <input
      {...attributes(props)}
      type="checkbox"
      class="switch"
      role="switch"
      checked={props.raw.value === true}
      onChange={(event) => props.onEdit(event.currentTarget.checked)}
    />
  );
}

export function Lines(props: ControlProps) {
  return (
    <textarea
      {...attributes(props)}
      class="input mono grow-text"
      rows={2}
      value={String(props.raw.value)}
      placeholder={props.placeholder || say.form.onePerLine}
      onInput={(event) => props.onEdit(event.currentTarget.value)}
    />
  );
}

export function Json(props: ControlProps) {
  return (
    <textarea
      {...attributes(props)}
      class="input mono grow-text"
      rows={4}
      spellcheck={false}
      value={String(props.raw.value)}
      placeholder={props.placeholder || say.form.json}
      onInput={(event) => props.onEdit(event.currentTarget.value)}
    />
  );
}
