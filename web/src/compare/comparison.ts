import { computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { GalleryDocument, type GalleryCardFragment } from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";
import { LARGEST_SEED } from "../form/NumberBox";
import { InputForm } from "../form/values";
import { randomInteger } from "../ui/random";
import { Column } from "./column";

export const FEWEST = 2;
export const MOST = 4;

const MODELS = 100;

/** One input, run by two to four versions, or with as many settings. */
export class Comparison {
  readonly columns = signal<readonly Column[]>([]);
  readonly models = signal<readonly GalleryCardFragment[]>([]);
  readonly problem = signal<Problem | null>(null);
  readonly form = signal<InputForm | null>(null);
  /** Whether all columns draw the same seed, so that what differs is what their settings do. */
  readonly isOneSeed = signal(true);
  readonly isBusy = computed(() => this.columns.value.some(({ run }) => run.isActive.value || run.sending.value));

  #made = 0;
  #formOf = "";

  /** Begins with what an address names: predictions, else models with or without a version. */
  async open(predictions: readonly string[], models: readonly string[]): Promise<void> {
    this.close();
    this.form.value = null;
    this.#formOf = "";
    try {
      const { models: found } = await request(GalleryDocument, { first: MODELS, after: null, filter: null });
      this.models.value = found.nodes.filter((model) => model.latestVersion?.state === "READY");
      this.problem.value = null;
    } catch (error) {
      this.problem.value = apiProblem(error);
      return;
    }
    if (predictions.length >= FEWEST) return this.#join(predictions.slice(0, MOST));
    const first = this.models.value[0]?.slug;
    const wanted = models.slice(0, MOST);
    while (wanted.length < FEWEST && (wanted[0] ?? first)) wanted.push(wanted[0] ?? first ?? "");
    this.columns.value = wanted.map(() => this.#column());
    await Promise.all(wanted.map((name, index) => this.columns.value[index]?.choose(...named(name))));
    this.follow();
  }

  async #join(ids: readonly string[]): Promise<void> {
    this.columns.value = ids.map(() => this.#column());
    const found = await Promise.all(ids.map((id, index) => this.columns.value[index]?.join(id)));
    this.follow();
    const shared = asValues(found[0]?.input);
    this.form.value?.fill(shared);
    for (const [index, column] of this.columns.value.entries()) {
      const own = asValues(found[index]?.input);
      const names = column.commonFields.value.map(({ name }) => name);
      const differing = names.filter((name) => JSON.stringify(own[name]) !== JSON.stringify(shared[name]));
      column.differing.value = new Set(differing);
    }
  }

  /** The shared form is that of the first column's version; what was typed stays where the next one has it too. */
  follow(): void {
    const version = this.columns.value[0]?.version.value;
    if (!version || version.id === this.#formOf) return;
    const before = this.form.value?.draft();
    this.form.value = new InputForm(version.inputSchema);
    this.#formOf = version.id;
    if (before) this.form.value.fill(before);
  }

  add(): void {
    const last = this.columns.value.at(-1);
    if (!last || this.columns.value.length >= MOST) return;
    const column = this.#column();
    this.columns.value = [...this.columns.value, column];
    void column.choose(last.slug.value, last.version.value?.number ?? null);
  }

  remove(column: Column): void {
    column.run.clear();
    this.columns.value = this.columns.value.filter((other) => other !== column);
    this.follow();
  }

  /** Runs all; the ids, or null where not every one was accepted. */
  async start(): Promise<string[] | null> {
    const reading = this.form.value?.read();
    if (!reading?.isValid || this.isBusy.value) return null;
    const given = asValues(reading.input);
    const isOpen = ([name]: readonly [string, number]) => !Object.hasOwn(given, name) || given[name] === null;
    const draw = () => Object.fromEntries(this.#drawSeeds().filter(isOpen));
    const one = draw();
    const ids = await Promise.all(
      this.columns.value.map((column) => {
        const seeds = this.isOneSeed.value ? one : draw();
        return column.start(this.form.value?.whole ? reading.input : { ...given, ...seeds });
      }),
    );
    return ids.every((id) => id !== null) ? ids : null;
  }

  /** Seeds for all columns together: what differs is then what the settings do, not what chance did. */
  #drawSeeds(): [name: string, seed: number][] {
    const bounds = new Map<string, [low: number, high: number]>();
    for (const column of this.columns.value)
      for (const { name, control } of column.commonFields.value) {
        if (control.kind !== "number" || !control.seed) continue;
        const [low, high] = bounds.get(name) ?? [0, LARGEST_SEED];
        bounds.set(name, [Math.max(low, control.low ?? 0), Math.min(high, control.high ?? LARGEST_SEED)]);
      }
    const drawn = [...bounds].filter(([, [low, high]]) => low <= high);
    return drawn.map(([name, [low, high]]) => [name, randomInteger(low, high)]);
  }

  cancel(): void {
    for (const { run } of this.columns.value) void run.cancel();
  }

  close(): void {
    for (const { run } of this.columns.value) run.clear();
    this.columns.value = [];
  }

  #column(): Column {
    return new Column(++this.#made);
  }
}

function named(name: string): [slug: string, number: number | null] {
  const [slug = "", number] = name.split(":");
  return [slug, number ? Number(number) : null];
}

const asValues = (value: unknown): Record<string, unknown> =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
