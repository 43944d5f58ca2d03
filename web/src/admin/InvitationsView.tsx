import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import {
  InvitationsDocument,
  InviteUserDocument,
  RevokeInvitationDocument,
  type InvitationsQuery,
} from "../api/generated/graphql";
import { apiProblem, refusalProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon } from "../ui/icons";
import { moment } from "../ui/units";
import { Paged } from "../api/paged";
import { PagedList } from "./PagedList";

type Row = InvitationsQuery["invitations"]["nodes"][number];

const PAGE = 30;

/** Who was invited, what became of it, and another invitation. */
export function InvitationsView() {
  const [list] = useState(
    () => new Paged<Row>(async (after) => (await request(InvitationsDocument, { first: PAGE, after })).invitations),
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const [link, setLink] = useState<string | null>(null);
  useEffect(() => void list.look(), []);
  const invite = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const input = { email: String(given.get("email")).trim(), isAdmin: given.has("admin") };
    setLink(null);
    try {
      const { inviteUser: result } = await request(InviteUserDocument, { input });
      setProblem(refusalProblem(result));
      if (result.__typename !== "InvitedUser") return;
      setLink(result.link);
      form.reset();
      await list.look();
    } catch (error) {
      setProblem(apiProblem(error));
    }
  };
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">{say.admin.invitations}</h1>
      </div>
      <form class="panel settings setting-form" onSubmit={(event) => void invite(event)}>
        <label class="field">
          <span class="field-label">{say.admin.email}</span>
          <input class="input" name="email" type="email" autocomplete="off" required />
        </label>
        <label class="scope">
          <input type="checkbox" class="choice" name="admin" /> {say.admin.asAdministrator}
        </label>
        {problem && <Callout problem={problem} />}
        <button type="submit" class="button">
          {say.admin.invite}
        </button>
        {link && (
          <div class="new-key" role="status">
            <p>{say.admin.linkOnce}</p>
            <p class="setting-row">
              <code class="secret">{link}</code>
              <CopyButton text={() => link} icon={<CopyIcon />} name={say.admin.copy} />
            </p>
          </div>
        )}
      </form>
      <PagedList list={list} name={say.admin.invitations} empty={say.admin.nobodyInvited}>
        {(row) => (
          <li key={row.id} class="person" data-invitation={row.email}>
            <span class="person-who">
              <span>
                <strong>{row.email ?? "–"}</strong>{" "}
                <span class="state" data-state={row.state === "ACCEPTED" ? "READY" : ""}>
                  {say.admin.invitationStates[row.state]}
                </span>
              </span>
              <span class="hint">
                {[
                  row.isAdmin && say.admin.asAdministrator,
                  row.inviter && say.admin.by(row.inviter.handle),
                  row.user && say.admin.became(row.user.handle),
                  row.mailState === "FAILED" && say.admin.mailFailed(row.mailError ?? ""),
                  say.admin.until(moment(row.expiresAt)),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            {row.state === "PENDING" && (
              <button
                type="button"
                class="button"
                aria-label={`${say.admin.revoke} ${row.email}`}
                onClick={() => void list.change(request(RevokeInvitationDocument, { input: { id: row.id } }))}
              >
                {say.admin.revoke}
              </button>
            )}
          </li>
        )}
      </PagedList>
    </>
  );
}
