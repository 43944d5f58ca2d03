import { batch as together, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { follow } from "../api/follow";
import {
  BatchItemsDocument,
  BatchPageDocument,
  CancelBatchDocument,
  DeleteBatchDocument,
  RetryFailedBatchDocument,
  WatchBatchDocument,
  type BatchPageQuery,
  type PredictionRowFragment,
  type PredictionStatus,
  type WatchBatchSubscription,
} from "../api/generated/graphql";
import { ApiError, apiProblem, refusalProblem, type Problem } from "../api/problems";

type Details = NonNullable<BatchPageQuery["batch"]>;

const PAGE = 20;

/** One batch, kept true by its subscription, and a page of its items. */
export class OneBatch {
  readonly details = signal<Details | null>(null);
  readonly isMissing = signal(false);
  readonly problem = signal<Problem | null>(null);
  readonly items = signal<readonly PredictionRowFragment[] | null>(null);
  readonly status = signal<PredictionStatus | null>(null);
  readonly hasMore = computed(() => this.#end.value !== null);
  readonly #end = signal<string | null>(null);
  #turn = 0;

  constructor(readonly id: string) {}

  /** Returns how to end it. */
  watch(): () => void {
    void this.#load();
    void this.look(null);
    return follow<WatchBatchSubscription>(
      WatchBatchDocument,
      { id: this.id },
      { onData: (data) => this.#take(data.batch), isOver: () => Boolean(this.details.value?.completedAt) },
    );
  }

  /** Shows the items of a status; null: all. */
  async look(status: PredictionStatus | null): Promise<void> {
    this.status.value = status;
    await this.#ask(null);
  }

  async more(): Promise<void> {
    if (this.#end.value !== null) await this.#ask(this.#end.value);
  }

  async cancel(): Promise<void> {
    await this.#act(async () => {
      const { cancelBatch: result } = await request(CancelBatchDocument, { input: { id: this.id } });
      return result.__typename === "Batch" ? null : result;
    });
    await this.#load();
  }

  /** Runs what failed once more; the id of the new batch. */
  async retry(): Promise<string | null> {
    let made: string | null = null;
    await this.#act(async () => {
      const { retryFailedBatch: result } = await request(RetryFailedBatchDocument, { input: { id: this.id } });
      if (result.__typename !== "Batch") return result;
      made = result.id;
      return null;
    });
    return made;
  }

  /** Whether it was deleted. */
  async delete(): Promise<boolean> {
    return this.#act(async () => {
      const { deleteBatch: result } = await request(DeleteBatchDocument, { input: { id: this.id } });
      return result.__typename === "DeletedBatch" ? null : result;
    });
  }

  async #act(work: () => Promise<object | null>): Promise<boolean> {
    try {
      const refused = await work();
      this.problem.value = refused && refusalProblem(refused);
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
    return this.problem.value === null;
  }

  async #load(): Promise<void> {
    try {
      const { batch } = await request(BatchPageDocument, { id: this.id });
      together(() => {
        this.details.value = batch;
        this.isMissing.value = batch === null;
        this.problem.value = null;
      });
    } catch (error) {
      if (error instanceof ApiError && error.code === "BAD_USER_INPUT") this.isMissing.value = true;
      else this.problem.value = apiProblem(error);
    }
  }

  async #ask(after: string | null): Promise<void> {
    const turn = ++this.#turn;
    const status = this.status.value;
    const variables = { id: this.id, first: PAGE, after, status: status ? [status] : null };
    const answer = await request(BatchItemsDocument, variables).catch(() => null);
    const found = answer?.batch?.items;
    if (turn !== this.#turn || !found) return;
    together(() => {
      this.items.value = after === null ? found.nodes : [...(this.items.value ?? []), ...found.nodes];
      this.#end.value = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
    });
  }

  #take(now: WatchBatchSubscription["batch"]): void {
    const before = this.details.value;
    if (before) this.details.value = { ...before, ...now };
    // its links and invalid lines are only complete once it has ended
    if (now.completedAt && !before?.completedAt) void this.#load();
    // the first page of items is what changes; who has turned pages keeps them
    if ((this.items.value?.length ?? 0) <= PAGE) void this.#ask(null);
  }
}
