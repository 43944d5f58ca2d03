import { signal } from "@preact/signals";
import { request } from "../api/client";
import {
  AccountDocument,
  ChangePasswordDocument,
  CreateApiKeyDocument,
  LogoutEverywhereDocument,
  RevokeApiKeyDocument,
  RotateWebhookSecretDocument,
  type AccountQuery,
  type Scope,
} from "../api/generated/graphql";
import { apiProblem, refusalProblem, userProblem, type Problem } from "../api/problems";
import { forgetTokens, keepTokens } from "../api/session";
import { say } from "../messages/messages";

export type Viewer = NonNullable<AccountQuery["viewer"]>;

/** What belongs to an account, and what can be changed of it. */
export class Profile {
  readonly viewer = signal<Viewer | null>(null);
  readonly problem = signal<Problem | null>(null);
  /** The key that was just made: it is shown once. */
  readonly newKey = signal<string | null>(null);
  /** What was done last, in a sentence. */
  readonly done = signal("");

  async load(): Promise<void> {
    await this.#try(async () => {
      this.viewer.value = (await request(AccountDocument, {})).viewer;
    });
  }

  /** Makes a key; null, or why it was not made. */
  async createKey(name: string, scopes: Scope[]): Promise<Problem | null> {
    return this.#ask(async () => {
      const { createApiKey: result } = await request(CreateApiKeyDocument, { input: { name, scopes } });
      if (result.__typename !== "CreatedApiKey") return result;
      this.newKey.value = result.key;
      return this.load().then(() => null);
    });
  }

  async revokeKey(id: string): Promise<void> {
    await this.#try(async () => {
      const { revokeApiKey: result } = await request(RevokeApiKeyDocument, { input: { id } });
      if (result.__typename !== "ApiKey") this.problem.value = userProblem(result);
      await this.load();
    });
  }

  /** Changes the password; null, or why it was not changed. */
  async changePassword(currentPassword: string, newPassword: string): Promise<Problem | null> {
    return this.#ask(async () => {
      const input = { currentPassword, newPassword };
      const { changePassword: result } = await request(ChangePasswordDocument, { input });
      if (result.__typename !== "Session") return result;
      keepTokens(result);
      this.done.value = say.account.passwordChanged;
      return null;
    });
  }

  async leaveEverywhere(): Promise<void> {
    await this.#try(async () => {
      const { logoutEverywhere: result } = await request(LogoutEverywhereDocument, {});
      if (result.__typename === "SignedOut") forgetTokens();
      else this.problem.value = userProblem(result);
    });
  }

  async rotateSecret(): Promise<void> {
    await this.#try(async () => {
      const { rotateWebhookSecret: result } = await request(RotateWebhookSecretDocument, {});
      if (result.__typename !== "WebhookSecretRotation") this.problem.value = userProblem(result);
      await this.load();
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.problem.value = null;
    try {
      await work();
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }

  async #ask(work: () => Promise<object | null>): Promise<Problem | null> {
    this.done.value = "";
    try {
      const refusal = await work();
      return refusal && refusalProblem(refusal);
    } catch (error) {
      return apiProblem(error);
    }
  }
}
