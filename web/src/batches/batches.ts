import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { BatchesDocument, CreateBatchDocument, type BatchFieldsFragment } from "../api/generated/graphql";
import { apiProblem, passingProblem, refusalProblem, type Problem } from "../api/problems";
import { upload } from "../api/uploads";
import { whileSeen } from "../ui/polling";

export type BatchRow = BatchFieldsFragment;

const PAGE = 20;
const FRESH_MS = 5_000;
/** What the server takes within a request, less what else stands in it. */
const INLINE_BYTES = 500_000;
const MOST_INLINE = 10_000;

/** One's batches, newest first, page by page; those that have not ended are asked for again. */
export class Batches {
  readonly rows = signal<readonly BatchRow[] | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly hasMore = computed(() => this.#end.value !== null);
  readonly #end = signal<string | null>(null);
  #turn = 0;

  /** Returns how to end it. */
  watch(): () => void {
    void this.#ask(null);
    const stop = whileSeen(FRESH_MS, () => {
      if (this.rows.value?.some(({ completedAt }) => completedAt === null)) void this.#ask(null);
    });
    return () => {
      this.#turn += 1;
      stop();
    };
  }

  async more(): Promise<void> {
    if (this.#end.value !== null) await this.#ask(this.#end.value);
  }

  async #ask(after: string | null): Promise<void> {
    const turn = ++this.#turn;
    try {
      const { batches } = await request(BatchesDocument, { first: PAGE, after });
      if (turn !== this.#turn) return;
      const older = after === null ? [] : (this.rows.value ?? []);
      batch(() => {
        this.rows.value = [...older, ...batches.nodes];
        this.#end.value = batches.pageInfo.hasNextPage ? batches.pageInfo.endCursor : null;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn === this.#turn) this.problem.value = passingProblem(error);
    }
  }
}

/** What a new batch is made of. */
export interface Order {
  model: string;
  /** JSON Lines, an input a line. */
  lines: string | File;
  allOrNothing: boolean;
  maxConcurrency: number | null;
  /** So that an order that is sent twice is carried out once. */
  idempotencyKey: string;
}

/** Makes a batch: its id, or why it was refused. Few lines are sent along, a file is uploaded first. */
export async function createBatch({ lines, ...rest }: Order): Promise<{ id: string } | Problem> {
  try {
    const given = await contentOf(lines);
    const { createBatch: result } = await request(CreateBatchDocument, { input: { ...rest, ...given } });
    if (result.__typename === "Batch") return { id: result.id };
    return refusalProblem(result) ?? apiProblem(new Error(result.__typename));
  } catch (error) {
    return apiProblem(error);
  }
}

async function contentOf(lines: string | File): Promise<{ inputs: unknown[] } | { upload: string }> {
  const inputs = typeof lines === "string" && lines.length <= INLINE_BYTES ? parsed(lines) : null;
  // what cannot be read is uploaded all the same: the server says which lines are wrong, and runs the others
  if (inputs) return { inputs };
  return { upload: await upload(typeof lines === "string" ? new File([lines], "inputs.jsonl") : lines) };
}

/** The inputs of JSON Lines; null where a line is none, or there are too many to go along. */
export function parsed(lines: string): unknown[] | null {
  const full = lines.split("\n").filter((line) => line.trim() !== "");
  if (full.length > MOST_INLINE) return null;
  try {
    return full.map((line) => JSON.parse(line) as unknown);
  } catch {
    return null;
  }
}
