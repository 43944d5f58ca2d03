import { useState } from "preact/hooks";
import type { Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import type { Profile } from "./profile";

export function Password({ profile }: { profile: Profile }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const change = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const refused = await profile.changePassword(String(given.get("current")), String(given.get("new")));
    setProblem(refused);
    if (!refused) form.reset();
  };
  return (
    <section class="panel settings" aria-labelledby="password-title">
      <h2 class="section-title" id="password-title">
        {say.account.passwordTitle}
      </h2>
      <form class="setting-form" onSubmit={change}>
        <div class="field">
          <label class="field-label" for="current-password">
            {say.account.currentPassword}
          </label>
          <input
            class="input"
            id="current-password"
            name="current"
            type="password"
            autocomplete="current-password"
            required
          />
        </div>
        <div class="field">
          <label class="field-label" for="new-password">
            {say.account.newPassword}
          </label>
          <input class="input" id="new-password" name="new" type="password" autocomplete="new-password" required />
        </div>
        {problem && <Callout problem={problem} />}
        <div class="dialog-actions">
          <button type="submit" class="button">
            {say.account.changePassword}
          </button>
          <button type="button" class="button button-quiet" onClick={() => void profile.leaveEverywhere()}>
            {say.account.leaveEverywhere}
          </button>
        </div>
      </form>
    </section>
  );
}
