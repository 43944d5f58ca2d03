import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { moment } from "../ui/units";
import { ApiKeys } from "./ApiKeys";
import { Password } from "./Password";
import { Profile } from "./profile";
import { Storage } from "./Storage";
import { Webhooks } from "./Webhooks";

/** Who one is, and the keys and secrets that others know one by. */
export function AccountPage() {
  const [profile] = useState(() => new Profile());
  const isIn = signedIn.value;
  useEffect(() => {
    if (isIn) void profile.load();
    return () => void (profile.newKey.value = null);
  }, [isIn]);
  if (!isIn) {
    return (
      <div class="stage">
        <h1 class="stage-title">{say.account.notSignedIn}</h1>
        <p>{say.account.signIn}</p>
      </div>
    );
  }
  const viewer = profile.viewer.value;
  return (
    <div class="account">
      <div class="page-head">
        <h1 class="page-title">{viewer?.handle ?? say.account.title}</h1>
        {viewer && (
          <p class="hint">
            {viewer.email} · {say.account.since(moment(viewer.createdAt))}
            {viewer.isAdmin && ` · ${say.account.administrator}`}
          </p>
        )}
      </div>
      {profile.problem.value && <Callout problem={profile.problem.value} />}
      <p class="hint" role="status">
        {profile.done.value}
      </p>
      {viewer ? (
        <>
          <ApiKeys profile={profile} keys={viewer.apiKeys ?? []} isAdmin={viewer.isAdmin} />
          <Webhooks profile={profile} secret={viewer.webhookSecret} />
          {viewer.storage && <Storage use={viewer.storage} />}
          <Password profile={profile} />
        </>
      ) : (
        !profile.problem.value && <p class="hint">{say.ui.loading}</p>
      )}
    </div>
  );
}
