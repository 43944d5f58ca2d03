import { say } from "../messages/messages";
import { attributes, Json, type ControlProps } from "./controls";

/** A message whose content is a text; others are shown as JSON. */
interface PlainMessage {
  role: string;
  content: string;
}

const ROLES = ["system", "user", "assistant", "tool"];
const EMPTY: readonly PlainMessage[] = [{ role: "user", content: "" }];

/** A conversation as rows of role and text; what rows cannot show is edited as JSON. */
export function Messages(props: ControlProps) {
  const rows = rowsOf(String(props.raw.value));
  if (rows === null) return <Json {...props} />;
  const write = (messages: readonly PlainMessage[]) =>
    props.onEdit(messages.every(({ content }) => content === "") ? "" : JSON.stringify(messages, null, 2));
  const replace = (index: number, change: Partial<PlainMessage>) =>
    write(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  return (
    <div class="messages" role="group" aria-label={say.form.messages}>
      {rows.map((row, index) => (
        <div class="message" key={index}>
          <select
            class="input"
            aria-label={say.form.roleOf(index + 1)}
            value={row.role}
            onChange={(event) => replace(index, { role: event.currentTarget.value })}
          >
            {[...new Set([...ROLES, row.role])].map((role) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </select>
          <textarea
            {...attributes({ ...props, id: index === 0 ? props.id : `${props.id}-${index}` })}
            class="input grow-text prose"
            rows={2}
            aria-label={say.form.textOf(index + 1)}
            value={row.content}
            onInput={(event) => replace(index, { content: event.currentTarget.value })}
          />
          {rows.length > 1 && (
            <button
              type="button"
              class="button"
              aria-label={say.form.removeMessage(index + 1)}
              onClick={() => write(rows.filter((_, at) => at !== index))}
            >
              {say.form.remove}
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        class="button"
        disabled={rows.at(-1)?.content === ""}
        onClick={() => write([...rows, { role: rows.at(-1)?.role === "user" ? "assistant" : "user", content: "" }])}
      >
        {say.form.addMessage}
      </button>
    </div>
  );
}

/** The messages of a field's text, or null where rows cannot show them. */
function rowsOf(raw: string): readonly PlainMessage[] | null {
  if (raw.trim() === "") return EMPTY;
  try {
    const value: unknown = JSON.parse(raw);
    return Array.isArray(value) && value.length > 0 && value.every(isPlain) ? value : null;
  } catch {
    return null;
  }
}

function isPlain(value: unknown): value is PlainMessage {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  const { role, content } = value as Record<string, unknown>;
  return typeof role === "string" && typeof content === "string";
}
