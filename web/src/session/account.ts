import { signal } from "@preact/signals";
import { request } from "../api/client";
import { LoginDocument, LogoutDocument, RegisterDocument, ViewerDocument } from "../api/generated/graphql";
import { apiProblem, userProblem, type Problem } from "../api/problems";
import { forgetTokens, keepTokens, refreshToken } from "../api/session";

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
  /** Whether whoever is signed in may add models here, or would once signed in. */
  readonly mayAddModels = signal(true);
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
        keepTokens(result);
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

  /** Signs out: here at once, and on the server, where the session ends with its tokens. */
  leave(): void {
    const held = refreshToken();
    // where the server is away, the tokens that nobody holds any more end by themselves
    if (held !== null) request(LogoutDocument, { input: { refreshToken: held } }).catch(() => {});
    forgetTokens();
    this.handle.value = null;
    this.isAdmin.value = false;
  }

  forgetErrors(): void {
    this.problem.value = null;
    this.fieldErrors.value = {};
  }
}
