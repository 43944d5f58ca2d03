import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import {
  GalleryDocument,
  GalleryFrontDocument,
  type ModelCategory,
  type ModelFilter,
  type ModelKind,
  type ModelOrder,
  type ModelOrderField,
} from "../api/generated/graphql";
import type { ModelCard } from "../cards/Card";
import { passingProblem, type Problem } from "../api/problems";

/** What is looked for; "mine" needs the handle of who is signed in. */
export interface Wanted {
  search: string;
  kind: ModelKind | null;
  owner: string | null;
  tag: string | null;
  starred: boolean;
  category: ModelCategory | null;
  language: string | null;
  license: string | null;
  /** null: the newest, or what suits the search best. */
  order: ModelOrderField | null;
}

const ANY: Wanted = {
  search: "",
  kind: null,
  owner: null,
  tag: null,
  starred: false,
  category: null,
  language: null,
  license: null,
  order: null,
};
const PAGE = 24;
const MOST_AT_ONCE = 100;
const RETRY_MS = 4_000;
const PREPARING_MS = 3_000;
/** So many models have to trend before that is worth a shelf of its own. */
const TRENDING_FROM = 3;

/** What the page shows above the list while nothing is looked for. */
export interface Front {
  featured: readonly ModelCard[];
  trending: readonly ModelCard[];
  /** A model that visitors can start at once, with its own sample as the input. */
  live: ModelCard | null;
  /** Whether that may be run without an account. */
  isOpen: boolean;
}

/** The models that the caller may see and looks for; asked again while the API is away or versions are prepared. */
export class Gallery {
  readonly models = signal<readonly ModelCard[] | null>(null);
  readonly front = signal<Front | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  readonly hasMore = computed(() => this.#end.value !== null);
  /** Languages and licenses of models that were shown: what the list can be narrowed by. */
  readonly languages = signal<readonly string[]>([]);
  readonly licenses = signal<readonly string[]>([]);

  readonly #end = signal<string | null>(null);
  #wanted: Wanted = ANY;
  #timer = 0;
  #turn = 0;

  async look(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    await this.#ask(PAGE, null);
  }

  async more(): Promise<void> {
    if (this.#end.value !== null && !this.busy.value) await this.#ask(PAGE, this.#end.value);
  }

  /** What stands above the list; a page without it is a page still. */
  async lookAtFront(): Promise<void> {
    const { featured, trending, shown, server } = await request(GalleryFrontDocument, {}).catch(() => NO_FRONT);
    const isShown = new Set(featured.nodes.map(({ id }) => id));
    const rising = trending.nodes.filter((model) => isTelling(model) && !isShown.has(model.id));
    const candidates = [...featured.nodes, ...trending.nodes, ...shown.nodes].filter(isStartable);
    this.front.value = {
      featured: featured.nodes,
      trending: rising.length >= TRENDING_FROM ? rising.slice(0, 4) : [],
      live: candidates.find(({ kind }) => kind === "IMAGE_GENERATION") ?? candidates[0] ?? null,
      isOpen: server.anonymousPredictions,
    };
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
      const variables = { first, after, filter: filterOf(this.#wanted), orderBy: orderOf(this.#wanted) };
      const { models } = await request(GalleryDocument, variables);
      if (turn !== this.#turn) return;
      batch(() => {
        this.models.value = after === null ? models.nodes : [...(this.models.value ?? []), ...models.nodes];
        this.#end.value = models.pageInfo.hasNextPage ? models.pageInfo.endCursor : null;
        this.problem.value = null;
        this.languages.value = sorted([...this.languages.value, ...models.nodes.flatMap(({ languages }) => languages)]);
        this.licenses.value = sorted([
          ...this.licenses.value,
          ...models.nodes.flatMap(({ license }) => license?.name ?? []),
        ]);
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

const NO_FRONT = {
  featured: { nodes: [] },
  trending: { nodes: [] },
  shown: { nodes: [] },
  server: { anonymousPredictions: false },
};

const sorted = (words: readonly string[]): string[] => [...new Set(words)].sort();

/** Whether a model has an output to show, and was run. */
const isTelling = ({ samples, runCount }: ModelCard): boolean => samples.length > 0 && Number(runCount) > 0;

/** Whether what the model's owner shows can be run as it stands. */
const isStartable = ({ samples, latestVersion, visibility }: ModelCard): boolean =>
  visibility === "PUBLIC" && latestVersion?.state === "READY" && samples.length > 0;

function filterOf({ search, kind, owner, tag, starred, category, language, license }: Wanted): ModelFilter {
  const text = search.trim() || null;
  return { search: text, kind, owner, tag, starred: starred || null, category, language, license };
}

/** Names begin with A, all else with the most and the newest. */
function orderOf({ order }: Wanted): ModelOrder | null {
  return order && { field: order, direction: order === "NAME" ? "ASC" : "DESC" };
}
