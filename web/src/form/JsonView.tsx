import { say } from "../messages/messages";
import type { InputForm } from "./values";

/** The whole input as JSON: what a form cannot say can be said here. */
export function JsonView({ form }: { form: InputForm }) {
  const messages = form.jsonErrors.value;
  return (
    <div class="fields">
      <div class="field field-wide">
        <label class="field-label" for="input-json">
          {say.form.input}
        </label>
        <textarea
          id="input-json"
          class="input mono grow-text json-text"
          rows={12}
          spellcheck={false}
          aria-invalid={messages.length > 0}
          aria-describedby={messages.length > 0 ? "input-json-errors" : undefined}
          value={form.json.value}
          onInput={(event) => form.editJson(event.currentTarget.value)}
        />
        {messages.length > 0 && (
          <ul class="field-errors" id="input-json-errors">
            {messages.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
