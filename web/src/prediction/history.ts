import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import {
  CancelPredictionDocument,
  DeletePredictionsDocument,
  HistoryDocument,
  RetryPredictionDocument,
  type HistoryQuery,
  type PredictionFilter,
} from "../api/generated/graphql";
import { apiProblem, passingProblem, refusalProblem, userProblem, type Problem } from "../api/problems";
import { watchRows } from "../api/rows";
import { whileSeen } from "../ui/polling";
import { star } from "./marks";
import { isTerminal } from "./run";

export type Row = HistoryQuery["predictions"]["nodes"][number];

const PAGE = 30;
const RETRY_MS = 4_000;
const FRESH_MS = 5_000;
const CANCELS_AT_ONCE = 4;
/** As many as the server deletes at once. */
const DELETES_AT_ONCE = 100;

/** A list of predictions, page by page, and what can be done with several of them. */
export class History {
  readonly rows = signal<readonly Row[] | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  readonly chosen = signal<ReadonlySet<string>>(new Set());
  readonly canceling = signal(false);
  readonly hasMore = computed(() => this.#end.value !== null);
  readonly active = computed(() => (this.rows.value ?? []).filter((row) => !isTerminal(row.status)));

  /** What changes of them later is of no interest any more. */
  readonly #gone = new Set<string>();
  readonly #end = signal<string | null>(null);
  #filter: PredictionFilter = {};
  #timer = 0;
  #turn = 0;
  #stop: () => void = () => {};

  async look(filter: PredictionFilter): Promise<void> {
    this.#filter = filter;
    this.chosen.value = new Set();
    this.#stop();
    const turn = await this.#ask(null);
    if (turn === this.#turn) this.#follow();
  }

  async more(): Promise<void> {
    if (this.#end.value !== null && !this.busy.value) await this.#ask(this.#end.value);
  }

  /** Asks no more by itself. */
  rest(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.busy.value = false;
  }

  /** Asks for a page; the turn that it was. */
  async #ask(after: string | null): Promise<number> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.busy.value = true;
    try {
      const everybody = this.#filter.everybody === true;
      const { predictions } = await request(HistoryDocument, { first: PAGE, after, filter: this.#filter, everybody });
      if (turn !== this.#turn) return turn;
      batch(() => {
        this.rows.value = after === null ? predictions.nodes : [...(this.rows.value ?? []), ...predictions.nodes];
        this.#end.value = predictions.pageInfo.hasNextPage ? predictions.pageInfo.endCursor : null;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn !== this.#turn) return turn;
      this.problem.value = passingProblem(error);
      this.#timer = window.setTimeout(() => void this.#ask(after), RETRY_MS);
    }
    this.busy.value = false;
    return turn;
  }

  /** Keeps the rows true: by a subscription to one's own; those of everybody are asked for again. */
  #follow(): void {
    this.#stop();
    // what does not fit any more is to be told of too
    const { status: _, starred: _starred, text: _text, everybody, ...rest } = this.#filter;
    if (everybody) {
      this.#stop = whileSeen(FRESH_MS, () => void this.#freshen());
    } else this.#stop = watchRows(rest, { onRow: (row) => this.#take(row), onGap: () => void this.#freshen() });
  }

  /** Asks for the newest rows again, unless something else is asked for meanwhile. */
  async #freshen(): Promise<void> {
    const turn = this.#turn;
    const filter = this.#filter;
    const variables = { first: PAGE, after: null, filter, everybody: filter.everybody === true };
    const answer = await request(HistoryDocument, variables).catch(() => null);
    if (answer && turn === this.#turn) this.#takeNewest(answer.predictions);
  }

  #takeNewest({ nodes, pageInfo }: HistoryQuery["predictions"]): void {
    const last = nodes.at(-1);
    const isAll = !pageInfo.hasNextPage || !last;
    const older = isAll ? [] : (this.rows.value ?? []).filter((row) => row.createdAt < last.createdAt);
    if (isAll) this.#end.value = null;
    this.rows.value = [...nodes, ...older].filter(({ id }) => !this.#gone.has(id));
  }

  /** Takes a row as it stands now: in its place, among its neighbours where it is new, or away where it fits no more. */
  #take(row: Row): void {
    const rows = this.rows.value;
    if (!rows || this.#gone.has(row.id)) return;
    const others = rows.filter(({ id }) => id !== row.id);
    const { status, starred, text } = this.#filter;
    const isListed = others.length < rows.length;
    // whether another one has the words is not known here
    const fits = (!status || status.includes(row.status)) && (starred !== true || row.isStarred) && (!text || isListed);
    const last = rows.at(-1);
    const isBeyond = this.hasMore.value && last !== undefined && row.createdAt < last.createdAt;
    const next = fits && !isBeyond ? [...others, row] : others;
    this.rows.value = next.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** Runs a prediction once more; the id of the new one. */
  async retry(id: string): Promise<string | null> {
    try {
      const { retryPrediction: result } = await request(RetryPredictionDocument, { input: { id } });
      if (result.__typename === "Prediction") return result.id;
      this.problem.value = userProblem(result);
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
    return null;
  }

  /** Stars a prediction, or takes its star. */
  async star(id: string, isStarred: boolean): Promise<void> {
    try {
      await star(id, isStarred);
      this.problem.value = null;
      const row = this.rows.value?.find((each) => each.id === id);
      if (row) this.#take({ ...row, isStarred });
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }

  choose(id: string, isChosen: boolean): void {
    const next = new Set(this.chosen.value);
    if (isChosen) next.add(id);
    else next.delete(id);
    this.chosen.value = next;
  }

  chooseActive(): void {
    this.chosen.value = new Set(this.active.value.map(({ id }) => id));
  }

  chooseAll(rows: readonly Row[]): void {
    this.chosen.value = new Set(rows.map(({ id }) => id));
  }

  /** Deletes what is chosen of some rows; what runs of it is canceled. */
  async deleteChosen(rows: readonly Row[]): Promise<void> {
    const ids = rows.map(({ id }) => id).filter((id) => this.chosen.value.has(id));
    this.canceling.value = true;
    try {
      for (let start = 0; start < ids.length; start += DELETES_AT_ONCE) {
        const some = ids.slice(start, start + DELETES_AT_ONCE);
        const { deletePredictions: result } = await request(DeletePredictionsDocument, { input: { ids: some } });
        this.problem.value = refusalProblem(result);
        if (this.problem.value) return;
        for (const id of some) this.#gone.add(id);
        this.rows.value = (this.rows.value ?? []).filter(({ id }) => !this.#gone.has(id));
      }
      this.chosen.value = new Set();
    } catch (error) {
      this.problem.value = apiProblem(error);
    } finally {
      this.canceling.value = false;
    }
  }

  /** Cancels what is chosen and still runs. */
  async cancelChosen(): Promise<void> {
    const ids = this.active.value.map(({ id }) => id).filter((id) => this.chosen.value.has(id));
    this.canceling.value = true;
    try {
      for (let start = 0; start < ids.length; start += CANCELS_AT_ONCE)
        await Promise.all(ids.slice(start, start + CANCELS_AT_ONCE).map((id) => this.#cancel(id)));
      this.chosen.value = new Set();
    } catch (error) {
      this.problem.value = apiProblem(error);
    } finally {
      this.canceling.value = false;
    }
  }

  async #cancel(id: string): Promise<void> {
    const { cancelPrediction: result } = await request(CancelPredictionDocument, { input: { id } });
    if (result.__typename !== "Prediction") return;
    const { status } = result;
    // The end may have come by the live list before this answer, which is from before it
    this.rows.value = (this.rows.value ?? []).map((row) =>
      row.id === id && !isTerminal(row.status) ? { ...row, status } : row,
    );
  }
}
