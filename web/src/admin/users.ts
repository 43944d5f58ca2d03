import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { UsersDocument, type UsersQuery } from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";

export type UserRow = UsersQuery["users"]["nodes"][number];

const PAGE = 30;

/** The users that are looked for, page by page. */
export class Users {
  readonly rows = signal<readonly UserRow[] | null>(null);
  readonly total = signal(0);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  readonly hasMore = computed(() => this.#end.value !== null);

  readonly #end = signal<string | null>(null);
  #search = "";
  #turn = 0;

  async look(search: string): Promise<void> {
    this.#search = search.trim();
    await this.#ask(null);
  }

  async more(): Promise<void> {
    if (this.#end.value !== null && !this.busy.value) await this.#ask(this.#end.value);
  }

  async #ask(after: string | null): Promise<void> {
    const turn = ++this.#turn;
    this.busy.value = true;
    try {
      const filter = { search: this.#search || null };
      const { users } = await request(UsersDocument, { first: PAGE, after, filter });
      if (turn !== this.#turn) return;
      batch(() => {
        this.rows.value = after === null ? users.nodes : [...(this.rows.value ?? []), ...users.nodes];
        this.total.value = users.totalCount;
        this.#end.value = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = apiProblem(error);
    }
    this.busy.value = false;
  }
}
