import { batch, signal } from "@preact/signals";
import { request } from "../api/client";
import {
  PausedModelsDocument,
  ResidentVersionsDocument,
  SystemDocument,
  type PausedModelsQuery,
  type SystemQuery,
} from "../api/generated/graphql";
import { apiProblem, passingProblem, refusalProblem, type Problem } from "../api/problems";
import { whileSeen } from "../ui/polling";

export type PausedRow = PausedModelsQuery["models"]["nodes"][number];
export type WorkerRow = SystemQuery["workers"][number];
export type QueueRow = SystemQuery["queues"][number];
/** How many waited in each queue, the newest last. */
export type Past = ReadonlyMap<string, readonly number[]>;
export type ServerRow = SystemQuery["server"];

/** What is known of a version in memory: its name, its model's, and whether predictions of that wait. */
export interface Resident {
  slug: string;
  model: string;
  isPaused: boolean;
}

const EVERY_MS = 5_000;
/** Ten minutes of looking. */
const MOST_PAST = 120;
const MOST_PAUSED = 100;

/** The queues and the living workers, asked for again and again while somebody looks. */
export class System {
  readonly workers = signal<readonly WorkerRow[] | null>(null);
  readonly queues = signal<readonly QueueRow[] | null>(null);
  /** What the queues were since this page looks at them. */
  readonly past = signal<Past>(new Map());
  readonly paused = signal<readonly PausedRow[]>([]);
  readonly server = signal<ServerRow | null>(null);
  /** What is in memory, by the ids of versions. */
  readonly residents = signal<ReadonlyMap<string, Resident>>(new Map());
  readonly problem = signal<Problem | null>(null);
  /** Why the last change was refused. */
  readonly refusal = signal<Problem | null>(null);
  #turn = 0;

  /** Returns how to end it. */
  watch(): () => void {
    void this.#ask();
    const stop = whileSeen(EVERY_MS, () => void this.#ask());
    return () => {
      this.#turn += 1;
      stop();
    };
  }

  /** Waits for a change, and shows what is so then, or why it was refused. */
  async change(asked: Promise<Record<string, object>>): Promise<void> {
    this.refusal.value = await asked.then((answer) => refusalProblem(Object.values(answer)[0] ?? {}), apiProblem);
    await this.#ask();
  }

  async #ask(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const { workers, queues, server } = await request(SystemDocument, {});
      if (turn !== this.#turn) return;
      batch(() => {
        this.workers.value = workers;
        this.queues.value = queues;
        this.past.value = new Map(
          queues.map(({ name, depth }) => [name, [...(this.past.value.get(name) ?? []), depth].slice(-MOST_PAST)]),
        );
        this.server.value = server;
        this.problem.value = null;
      });
      this.paused.value = (await request(PausedModelsDocument, { first: MOST_PAUSED })).models.nodes;
      await this.#learn(new Set(workers.flatMap((worker) => worker.versions)));
    } catch (error) {
      if (turn === this.#turn) this.problem.value = passingProblem(error);
    }
  }

  async #learn(versions: ReadonlySet<string>): Promise<void> {
    const ids = [...versions].slice(0, 100);
    if (ids.length === 0) return;
    const { nodes } = await request(ResidentVersionsDocument, { ids });
    this.residents.value = new Map(
      nodes.flatMap((node) =>
        node?.__typename === "ModelVersion"
          ? [[node.id, { slug: node.slug, model: node.model.slug, isPaused: node.model.pausedAt !== null }] as const]
          : [],
      ),
    );
  }
}
