import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { PRIORITIES, type OptionsForm } from "./options";

/** What most runs need not: their place among one's own, a deadline, who is told of their end. */
export function OptionsFields({ options }: { options: OptionsForm }) {
  const words = say.options;
  return (
    <div class="fields">
      <div class="field">
        <label class="field-label" for="option-priority">
          {words.priority}
        </label>
        <select
          id="option-priority"
          class="input"
          aria-describedby="option-priority-about"
          value={options.priority.value}
          onChange={(event) => {
            const { value } = event.currentTarget;
            options.priority.value = PRIORITIES.find((one) => one === value) ?? "NORMAL";
          }}
        >
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {words.priorities[priority]}
            </option>
          ))}
        </select>
        <p class="field-about" id="option-priority-about">
          {words.priorityAbout}
        </p>
      </div>
      <div class="field">
        <label class="field-label" for="option-deadline">
          {words.deadline}
        </label>
        <input
          id="option-deadline"
          class="input mono"
          type="number"
          min={1}
          step={1}
          placeholder={words.none}
          aria-describedby="option-deadline-about"
          value={options.deadline.value}
          onInput={(event) => (options.deadline.value = event.currentTarget.value)}
        />
        <p class="field-about" id="option-deadline-about">
          {words.deadlineAbout}
        </p>
      </div>
      {signedIn.value && (
        <div class="field field-wide">
          <label class="field-label" for="option-webhook">
            {words.webhook}
          </label>
          <input
            id="option-webhook"
            class="input"
            type="url"
            placeholder="https://"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby="option-webhook-about"
            value={options.webhook.value}
            onInput={(event) => (options.webhook.value = event.currentTarget.value)}
          />
          <p class="field-about" id="option-webhook-about">
            {words.webhookAbout}
          </p>
        </div>
      )}
    </div>
  );
}
