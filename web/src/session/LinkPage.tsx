import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import {
  AcceptInvitationDocument,
  FinishSignInDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
} from "../api/generated/graphql";
import { apiProblem, refusalProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { go, type Route } from "../ui/router";
import type { Account } from "./account";
import { recallSignIn } from "./provider";

type Session = { __typename: "Session"; accessToken: string; refreshToken: string };

/** An invitation, another password, or the way back from the provider; the token stands behind the `#`. */
export function LinkPage({ route, account }: { route: Route; account: Account }) {
  const page = route.page as keyof typeof say.session.titles;
  const [token] = useState(() => location.hash.slice(1));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isAsked, setIsAsked] = useState(false);
  const [busy, setBusy] = useState(false);

  /** Asks, and goes on signed in where the answer is a session. */
  const ask = async (asked: Promise<object>, to = "/") => {
    setBusy(true);
    setProblem(null);
    try {
      const result = await asked;
      const refused = refusalProblem(result);
      if (refused) setProblem(refused);
      else if ("accessToken" in result) {
        account.take(result as Session);
        go(to, { replace: true });
      } else setIsAsked(true);
    } catch (error) {
      setProblem(apiProblem(error));
    }
    setBusy(false);
  };

  useEffect(() => {
    // neither a bookmark nor whoever looks over a shoulder shall have it
    history.replaceState(null, "", location.pathname);
    if (page !== "sign-in") return;
    const { secret, from } = recallSignIn();
    void ask(
      request(FinishSignInDocument, { input: { ticket: token, secret } }).then((data) => data.finishSignIn),
      from,
    );
  }, []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const read = (name: string) => String(given.get(name) ?? "");
    const [handle, password, email] = [read("handle").trim(), read("password"), read("email").trim()];
    if (page === "invitation")
      void ask(
        request(AcceptInvitationDocument, { input: { token, handle, password } }).then((data) => data.acceptInvitation),
      );
    else if (token)
      void ask(
        request(ResetPasswordDocument, { input: { token, newPassword: password } }).then((data) => data.resetPassword),
      );
    else
      void ask(request(RequestPasswordResetDocument, { input: { email } }).then((data) => data.requestPasswordReset));
  };

  const isRequest = page === "reset" && !token;
  return (
    <div class="stage">
      <h1 class="stage-title">{say.session.titles[page]}</h1>
      {isAsked ? (
        <p role="status">{say.session.asked}</p>
      ) : (
        page !== "sign-in" && (
          <form class="setting-form" onSubmit={submit}>
            {page === "invitation" && <Entry name="handle" label={say.session.handle} autocomplete="username" />}
            {isRequest ? (
              <Entry name="email" label={say.session.email} autocomplete="email" />
            ) : (
              <Entry name="password" label={say.session.newPassword} autocomplete="new-password" />
            )}
            <button type="submit" class="button button-primary" disabled={busy}>
              {page === "invitation"
                ? say.session.createTheAccount
                : isRequest
                  ? say.session.sendLink
                  : say.session.setPassword}
            </button>
          </form>
        )
      )}
      {problem ? <Callout problem={problem} /> : page === "sign-in" && <Waiting>{say.session.oneMoment}</Waiting>}
    </div>
  );
}

const Waiting = ({ children }: { children: ComponentChildren }) => <p role="status">{children}</p>;

function Entry(of: { name: string; label: string; autocomplete: "username" | "email" | "new-password" }) {
  const id = `link-${of.name}`;
  const shared = { class: "input", id, name: of.name, autocomplete: of.autocomplete, required: true };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {of.label}
      </label>
      {of.name === "password" ? (
        <input {...shared} type="password" />
      ) : (
        <input {...shared} type="text" autocapitalize="none" spellcheck={false} />
      )}
    </div>
  );
}
