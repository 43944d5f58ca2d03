import type { ComponentChildren } from "preact";
import { say } from "../messages/messages";
import { Choice, Json, Lines, Switch, TextBox, type ControlProps } from "./controls";
import { useModule } from "../ui/module";
import { FileBox } from "./FileBox";
import { pictureFor } from "./pairs";
import { NumberBox } from "./NumberBox";
import type { FormField, InputForm } from "./values";

export function InputFields({ form }: { form: InputForm }) {
  return (
    <div class="fields">
      {form.fields.map((field, index) => (
        <FieldRow key={field.name} field={field} id={`field-${index}`} picture={pictureFor(form.fields, field)} />
      ))}
    </div>
  );
}

interface RowProps {
  field: FormField;
  id: string;
  /** The field of the picture that this one takes a mask for. */
  picture?: FormField | null;
}

export function FieldRow({ field, id, picture = null }: RowProps) {
  const { control } = field;
  const messages = field.errors.value;
  const described = [field.description && `${id}-about`, messages.length > 0 && `${id}-errors`]
    .filter(Boolean)
    .join(" ");
  const props: ControlProps = {
    id,
    raw: field.raw,
    placeholder: field.example,
    required: field.required,
    invalid: messages.length > 0,
    describedBy: described || undefined,
    onEdit: (value) => {
      field.raw.value = value;
      if (field.errors.value.length > 0) field.errors.value = [];
    },
  };
  const isWide = ["text", "json", "file", "messages"].includes(control.kind);
  return (
    <div class={`field field-${control.kind}${isWide ? " field-wide" : ""}`} data-field={field.name}>
      <label class="field-label" for={id}>
        {field.label}
        {field.required && <span class="field-required">{say.form.required}</span>}
      </label>
      {renderControl(field, props)}
      {picture && <MaskPart field={field} picture={picture} />}
      {field.description && (
        <p class="field-about" id={`${id}-about`}>
          {field.description}
        </p>
      )}
      {messages.length > 0 && (
        <ul class="field-errors" id={`${id}-errors`}>
          {messages.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function renderControl({ control, label, errors }: FormField, props: ControlProps): ComponentChildren {
  switch (control.kind) {
    case "text":
      return <TextBox {...props} control={control} />;
    case "number":
      return <NumberBox {...props} control={control} label={label} />;
    case "choice":
      return <Choice {...props} control={control} />;
    case "switch":
      return <Switch {...props} />;
    case "lines":
      return <Lines {...props} />;
    case "file":
      return <FileBox {...props} control={control} onProblem={(message) => (errors.value = [message])} />;
    case "messages":
      return <MessagesBox {...props} />;
    case "json":
      return <Json {...props} />;
  }
}

/** To paint a mask, loaded where a model takes one. */
function MaskPart(given: { field: FormField; picture: FormField }) {
  const part = useModule(() => import("./MaskBox"));
  return part && <part.MaskBox {...given} />;
}

/** A conversation's rows, loaded where a model takes messages. */
function MessagesBox(props: ControlProps) {
  const part = useModule(() => import("./Messages"));
  if (part === false) return <Json {...props} />;
  return part && <part.Messages {...props} />;
}
