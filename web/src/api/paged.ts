import { batch, computed, signal } from "@preact/signals";
import { apiProblem, refusalProblem, type Problem } from "./problems";

interface Page<T> {
  nodes: readonly T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount?: number;
}

/** A list that comes page by page, and changes to what is in it. */
export class Paged<T> {
  readonly rows = signal<readonly T[] | null>(null);
  /** How many rows there are on all pages; 0 where that is not asked for. */
  readonly total = signal(0);
  readonly problem = signal<Problem | null>(null);
  readonly isBusy = signal(false);
  readonly hasMore = computed(() => this.#end.value !== null);
  readonly #end = signal<string | null>(null);
  #turn = 0;

  constructor(private readonly ask: (after: string | null) => Promise<Page<T>>) {}

  async look(after: string | null = null): Promise<void> {
    const turn = ++this.#turn;
    this.isBusy.value = true;
    try {
      const { nodes, pageInfo, totalCount = 0 } = await this.ask(after);
      if (turn !== this.#turn) return;
      batch(() => {
        this.rows.value = after === null ? nodes : [...(this.rows.value ?? []), ...nodes];
        this.#end.value = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        this.total.value = totalCount;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn === this.#turn) this.problem.value = apiProblem(error);
    }
    if (turn === this.#turn) this.isBusy.value = false;
  }

  async more(): Promise<void> {
    if (this.#end.value !== null && !this.isBusy.value) await this.look(this.#end.value);
  }

  /** Waits for a change and looks again; why it was refused stays to be read. */
  async change(asked: Promise<Record<string, object>>): Promise<boolean> {
    const problem = await refusalOf(asked);
    if (!problem) await this.look();
    else this.problem.value = problem;
    return problem === null;
  }
}

/** Why a mutation was refused, or failed; null where it was carried out. */
export const refusalOf = (asked: Promise<Record<string, object>>): Promise<Problem | null> =>
  asked.then((answer) => refusalProblem(Object.values(answer)[0] ?? {}), apiProblem);
