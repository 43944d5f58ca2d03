import { batch, signal } from "@preact/signals";
import { request } from "../api/client";
import { ResidentVersionsDocument, SystemDocument, type SystemQuery } from "../api/generated/graphql";
import { apiProblem, passingProblem, refusalProblem, type Problem } from "../api/problems";
import { whileSeen } from "../ui/polling";

export type WorkerRow = SystemQuery["workers"][number];
export type QueueRow = SystemQuery["queues"][number];
export type ServerRow = SystemQuery["server"];

/** What is known of a version in memory: its name, its model's, and whether predictions of that wait. */
export interface Resident {
  slug: string;
  model: string;
  isPaused: boolean;
}

const EVERY_MS = 5_000;

/** The queues and the living workers, asked for again and again while somebody looks. */
export class System {
  readonly workers = signal<readonly WorkerRow[] | null>(null);
  readonly queues = signal<readonly QueueRow[] | null>(null);
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
        this.server.value = server;
        this.problem.value = null;
      });
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
