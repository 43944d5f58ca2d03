import { signal } from "@preact/signals";
import { request } from "../api/client";
import { LoginDocument, LogoutDocument, RegisterDocument, ViewerDocument } from "../api/generated/graphql";
import { apiProblem, userProblem, type Problem } from "../api/problems";
import { forgetTokens, keepTokens, refreshToken, type Tokens } from "../api/session";
import { isCharging } from "./charging";

export interface Credentials {
  handle: string;
  email: string;
  password: string;
}

/** Who is signed in, and signing in and up. */
export class Account {
  readonly handle = signal<string | null>(null);
  readonly isAdmin = signal(false);
  readonly registration = signal(false);
  readonly passwordResets = signal(false);
  /** What the provider is called that vouches for users; null without one. */
  readonly provider = signal<string | null>(null);
  /** Whether whoever is signed in may add models here, or would once signed in. */
  readonly mayAddModels = signal(true);
  /** Whether a page asked for the dialog of signing in. */
  readonly isAsked = signal(false);
  readonly problem = signal<Problem | null>(null);
  readonly fieldErrors = signal<Readonly<Record<string, string>>>({});
  readonly busy = signal(false);

  async load(): Promise<void> {
    // the page that needs the API says so when it is away
    const answer = await request(ViewerDocument, {}).catch(() => null);
    if (!answer) return;
    this.handle.value = answer.viewer?.handle ?? null;
    this.isAdmin.value = answer.viewer?.isAdmin ?? false;
    this.registration.value = answer.server.registration;
    this.passwordResets.value = answer.server.passwordResets;
    this.provider.value = answer.server.singleSignOn?.name ?? null;
    isCharging.value = Boolean(answer.prices);
    this.mayAddModels.value = answer.server.usersAddModels || (answer.viewer?.isAdmin ?? false);
  }

  /** Signs in, or up where `isNew`; whether it worked. */
  async enter({ handle, email, password }: Credentials, isNew: boolean): Promise<boolean> {
    this.busy.value = true;
    this.forgetErrors();
    try {
      const result = isNew
        ? (await request(RegisterDocument, { input: { handle, email, password } })).register
        : (await request(LoginDocument, { input: { email, password } })).login;
      if (result.__typename === "Session") {
        this.take(result);
        this.handle.value = result.user.handle;
        return true;
      }
      if (result.__typename === "InvalidInput") {
        this.fieldErrors.value = Object.fromEntries(
          result.violations.map(({ path, message }) => [path.split("/").at(-1) ?? "", message]),
        );
      } else this.problem.value = userProblem(result);
    } catch (error) {
      this.problem.value = apiProblem(error);
    } finally {
      this.busy.value = false;
    }
    return false;
  }

  /** Is signed in by this session from now on; whose it is, is asked. */
  take(session: Tokens): void {
    keepTokens(session);
    void this.load();
  }

  /** Goes to the provider to sign in there. */
  async leaveForProvider(): Promise<void> {
    try {
      this.problem.value = await (await import("./provider")).leaveForProvider();
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }

  /** Signs out: here at once, and on the server, where the session ends with its tokens. */
  leave(): void {
    const held = refreshToken();
    // where the server is away, the tokens that nobody holds any more end by themselves
    if (held !== null)
      request(LogoutDocument, { input: { refreshToken: held } })
        .then(({ logout }) => logout.providerLogoutUrl && location.assign(logout.providerLogoutUrl))
        .catch(() => {});
    forgetTokens();
    this.handle.value = null;
    this.isAdmin.value = false;
  }

  /** Shows the dialog of signing in, for what needs an account. */
  askToEnter(): void {
    this.isAsked.value = true;
  }

  forgetErrors(): void {
    this.problem.value = null;
    this.fieldErrors.value = {};
  }
}
