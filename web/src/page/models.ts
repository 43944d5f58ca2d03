import { computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { ModelsDocument, type ModelFieldsFragment } from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";

export type Model = ModelFieldsFragment;
export type Version = NonNullable<Model["latestVersion"]>;

const RETRY_MS = 4_000;
const PREPARING_MS = 3_000;

/** The models that the caller may see; asked again while the API is away or versions are being prepared. */
export class Models {
  readonly all = signal<readonly Model[] | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly ready = computed(() => (this.all.value ?? []).filter((model) => model.latestVersion?.state === "READY"));
  readonly unready = computed(() => (this.all.value ?? []).filter((model) => model.latestVersion?.state !== "READY"));

  #timer = 0;

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const { models } = await request(ModelsDocument, {});
      this.all.value = models.nodes;
      this.problem.value = null;
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
    const waits = this.unready.value.some((model) => model.latestVersion?.state === "PREPARING");
    if (this.problem.value) this.#timer = window.setTimeout(() => void this.load(), RETRY_MS);
    else if (waits) this.#timer = window.setTimeout(() => void this.load(), PREPARING_MS);
  }
}
