import { useState } from "preact/hooks";
import type { ApiKeyFieldsFragment, Scope } from "../api/generated/graphql";
import type { Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon } from "../ui/icons";
import { moment } from "../ui/units";
import type { Profile } from "./profile";

interface Props {
  profile: Profile;
  keys: readonly ApiKeyFieldsFragment[];
  isAdmin: boolean;
}

export function ApiKeys({ profile, keys, isAdmin }: Props) {
  return (
    <section class="panel settings" aria-labelledby="keys-title">
      <h2 class="section-title" id="keys-title">
        {say.account.keys}
      </h2>
      <p class="hint">{say.account.aboutKeys}</p>
      {profile.newKey.value && <NewKey value={profile.newKey.value} />}
      {keys.length > 0 && (
        <ul class="setting-list">
          {keys.map((key) => (
            <li key={key.id} class="setting-row">
              <span class="setting-what">
                <strong>{key.name}</strong> <code>{key.prefix}…</code>
                <span class="hint">
                  {[
                    key.scopes.join(", ").toLowerCase(),
                    say.account.made(moment(key.createdAt)),
                    key.lastUsedAt ? say.account.lastUsed(moment(key.lastUsedAt)) : say.account.neverUsed,
                    ...(key.expiresAt ? [say.account.ends(moment(key.expiresAt))] : []),
                  ].join(" · ")}
                </span>
              </span>
              <button
                type="button"
                class="button"
                aria-label={say.account.revokeKey(key.name)}
                onClick={() => void profile.revokeKey(key.id)}
              >
                {say.account.revoke}
              </button>
            </li>
          ))}
        </ul>
      )}
      <CreateKey profile={profile} isAdmin={isAdmin} />
    </section>
  );
}

function NewKey({ value }: { value: string }) {
  return (
    <div class="new-key" role="status">
      <p>
        <strong>{say.account.newKey}</strong> {say.account.copyNow}
      </p>
      <p class="setting-row">
        <code class="secret">{value}</code>
        <CopyButton text={() => value} icon={<CopyIcon />} name={say.account.copy} />
      </p>
    </div>
  );
}

function CreateKey({ profile, isAdmin }: { profile: Profile; isAdmin: boolean }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const scopes = (Object.keys(say.account.scopes) as Scope[]).filter((scope) => scope !== "ADMIN" || isAdmin);
  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const refused = await profile.createKey(String(given.get("name")).trim(), given.getAll("scope") as Scope[]);
    setProblem(refused);
    if (!refused) form.reset();
  };
  return (
    <form class="setting-form" onSubmit={create}>
      <div class="field">
        <label class="field-label" for="key-name">
          {say.account.keyName}
        </label>
        <input class="input" id="key-name" name="name" maxLength={80} autocomplete="off" required />
      </div>
      <fieldset class="scopes">
        <legend class="field-label">{say.account.itMay}</legend>
        {scopes.map((scope) => (
          <label key={scope} class="scope">
            <input
              type="checkbox"
              class="choice"
              name="scope"
              value={scope}
              defaultChecked={scope !== "ADMIN" && scope !== "WRITE"}
            />
            {say.account.scopes[scope]}
          </label>
        ))}
      </fieldset>
      {problem && <Callout problem={problem} />}
      <button type="submit" class="button">
        {say.account.createKey}
      </button>
    </form>
  );
}
