import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { GalleryDocument, type GalleryCardFragment, type ModelFilter, type ModelKind } from "../api/generated/graphql";
import { passingProblem, type Problem } from "../api/problems";

export type ModelCard = GalleryCardFragment;

/** What is looked for; "mine" needs the handle of who is signed in. */
export interface Wanted {
  search: string;
  kind: ModelKind | null;
  owner: string | null;
  tag: string | null;
}

const PAGE = 24;
const MOST_AT_ONCE = 100;
const RETRY_MS = 4_000;
const PREPARING_MS = 3_000;

/** The models that the caller may see and looks for; asked again while the API is away or versions are prepared. */
export class Gallery {
  readonly models = signal<readonly ModelCard[] | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  readonly hasMore = computed(() => this.#end.value !== null);

  readonly #end = signal<string | null>(null);
  #wanted: Wanted = { search: "", kind: null, owner: null, tag: null };
  #timer = 0;
  #turn = 0;

  async look(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    await this.#ask(PAGE, null);
  }

  async more(): Promise<void> {
    if (this.#end.value !== null && !this.busy.value) await this.#ask(PAGE, this.#end.value);
  }

  /** Asks no more by itself. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.busy.value = false;
  }

  async #ask(first: number, after: string | null): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.busy.value = true;
    try {
      const { models } = await request(GalleryDocument, { first, after, filter: filterOf(this.#wanted) });
      if (turn !== this.#turn) return;
      batch(() => {
        this.models.value = after === null ? models.nodes : [...(this.models.value ?? []), ...models.nodes];
        this.#end.value = models.pageInfo.hasNextPage ? models.pageInfo.endCursor : null;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = passingProblem(error);
    }
    this.busy.value = false;
    this.#askLater();
  }

  #askLater(): void {
    const shown = this.models.value ?? [];
    const waits = shown.some((model) => model.latestVersion?.state === "PREPARING");
    if (!this.problem.value && !waits) return;
    const again = () => void this.#ask(Math.min(MOST_AT_ONCE, Math.max(PAGE, shown.length)), null);
    this.#timer = window.setTimeout(again, this.problem.value ? RETRY_MS : PREPARING_MS);
  }
}

function filterOf({ search, kind, owner, tag }: Wanted): ModelFilter {
  return { search: search.trim() || null, kind, owner, tag };
}
