import { signal } from "@preact/signals";
import { request } from "../api/client";
import { VersionNamesDocument, WorkersDocument, type WorkersQuery } from "../api/generated/graphql";
import { ApiError, apiProblem, type Problem } from "../api/problems";

export type WorkerRow = WorkersQuery["workers"][number];
export type ServerRow = WorkersQuery["server"];

const EVERY_MS = 5_000;

/** The living workers, asked for again and again while somebody looks. */
export class Workers {
  readonly rows = signal<readonly WorkerRow[] | null>(null);
  readonly server = signal<ServerRow | null>(null);
  /** Names of versions by their ids; a version never gets another. */
  readonly names = signal<ReadonlyMap<string, string>>(new Map());
  readonly problem = signal<Problem | null>(null);
  #timer = 0;
  #turn = 0;

  async watch(): Promise<void> {
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    let isFinal = false;
    try {
      const { workers, server } = await request(WorkersDocument, {});
      if (turn !== this.#turn) return;
      this.rows.value = workers;
      this.server.value = server;
      this.problem.value = null;
      await this.#learn(new Set(workers.flatMap((worker) => worker.versions)));
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = apiProblem(error);
      isFinal = error instanceof ApiError && error.code === "FORBIDDEN";
    }
    if (turn === this.#turn && !isFinal) this.#timer = window.setTimeout(() => void this.watch(), EVERY_MS);
  }

  rest(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
  }

  async #learn(ids: ReadonlySet<string>): Promise<void> {
    const unknown = [...ids].filter((id) => !this.names.value.has(id)).slice(0, 100);
    if (unknown.length === 0) return;
    const { nodes } = await request(VersionNamesDocument, { ids: unknown });
    const found = nodes.flatMap((node) => (node?.__typename === "ModelVersion" ? [[node.id, node.slug] as const] : []));
    this.names.value = new Map([...this.names.value, ...found]);
  }
}
