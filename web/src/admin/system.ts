import { batch, signal } from "@preact/signals";
import { request } from "../api/client";
import { SystemDocument, VersionNamesDocument, type SystemQuery } from "../api/generated/graphql";
import { passingProblem, type Problem } from "../api/problems";
import { whileSeen } from "../ui/polling";

export type WorkerRow = SystemQuery["workers"][number];
export type QueueRow = SystemQuery["queues"][number];
export type ServerRow = SystemQuery["server"];

const EVERY_MS = 5_000;

/** The queues and the living workers, asked for again and again while somebody looks. */
export class System {
  readonly workers = signal<readonly WorkerRow[] | null>(null);
  readonly queues = signal<readonly QueueRow[] | null>(null);
  readonly server = signal<ServerRow | null>(null);
  /** Names of versions by their ids; a version never gets another. */
  readonly names = signal<ReadonlyMap<string, string>>(new Map());
  readonly problem = signal<Problem | null>(null);
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

  async #learn(ids: ReadonlySet<string>): Promise<void> {
    const unknown = [...ids].filter((id) => !this.names.value.has(id)).slice(0, 100);
    if (unknown.length === 0) return;
    const { nodes } = await request(VersionNamesDocument, { ids: unknown });
    const found = nodes.flatMap((node) => (node?.__typename === "ModelVersion" ? [[node.id, node.slug] as const] : []));
    this.names.value = new Map([...this.names.value, ...found]);
  }
}
