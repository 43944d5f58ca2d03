import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { ModelPageDocument } from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";
import { InputForm, type FormField } from "../form/values";
import type { ModelDetails, Version } from "../api/models";
import { say } from "../messages/messages";
import { Run, type JoinedPrediction } from "../prediction/run";

type Values = Record<string, unknown>;

/** One of the things that are compared: a version, the settings in which it differs, and what it makes. */
export class Column {
  readonly run = new Run();
  readonly slug = signal("");
  readonly model = signal<ModelDetails | null>(null);
  readonly version = signal<Version | null>(null);
  readonly own = signal<InputForm | null>(null);
  /** Names of the settings that this column has for itself. */
  readonly differing = signal<ReadonlySet<string>>(new Set());
  readonly problem = signal<Problem | null>(null);
  readonly differingFields = computed(() => this.#fields().filter(({ name }) => this.differing.value.has(name)));
  readonly commonFields = computed(() => this.#fields().filter(({ name }) => !this.differing.value.has(name)));

  #turn = 0;

  constructor(readonly key: number) {}

  #fields(): readonly FormField[] {
    const form = this.own.value;
    return form && !form.whole ? form.fields : [];
  }

  /** Turns to a model, in the version of that number or the one that runs. */
  async choose(slug: string, number: number | null = null): Promise<void> {
    const turn = ++this.#turn;
    this.run.clear();
    try {
      const { model } = await request(ModelPageDocument, { slug });
      if (turn !== this.#turn) return;
      this.slug.value = slug;
      this.model.value = model;
      this.problem.value = model ? null : { title: say.compare.noModel(slug), detail: say.compare.noModelWhy };
      this.#take(model?.versions.find((version) => version.number === (number ?? model.latestVersion?.number)) ?? null);
    } catch (error) {
      if (turn === this.#turn) this.problem.value = apiProblem(error);
    }
  }

  chooseVersion(number: number): void {
    this.run.clear();
    this.#take(this.model.value?.versions.find((version) => version.number === number) ?? null);
  }

  /** Shows a prediction that was made before, live where it still runs. */
  async join(id: string): Promise<JoinedPrediction | null> {
    const turn = ++this.#turn;
    const prediction = await this.run.join(id);
    if (turn !== this.#turn) return null;
    if (!prediction) {
      this.problem.value = this.run.problem.value;
      return null;
    }
    batch(() => {
      this.slug.value = prediction.model.slug;
      this.#take(prediction.version);
      this.own.value?.fill(prediction.input);
    });
    // the model's other versions, to choose from
    const answer = await request(ModelPageDocument, { slug: prediction.model.slug }).catch(() => null);
    if (answer && turn === this.#turn) this.model.value = answer.model;
    return prediction;
  }

  #take(version: Version | null): void {
    this.version.value = version;
    this.own.value = version ? new InputForm(version.inputSchema) : null;
    const names = new Set(this.#fields().map(({ name }) => name));
    this.differing.value = new Set([...this.differing.value].filter((name) => names.has(name)));
  }

  /** Gives this column a setting of its own, which begins as the shared one. */
  differ(name: string, shared: unknown): void {
    const values = (typeof shared === "object" && shared !== null ? shared : {}) as Values;
    if (Object.hasOwn(values, name))
      this.own.value?.fill({ ...(this.own.value.draft() as Values), [name]: values[name] });
    this.differing.value = new Set([...this.differing.value, name]);
  }

  agree(name: string): void {
    this.differing.value = new Set([...this.differing.value].filter((other) => other !== name));
  }

  /** Runs the shared input with what this column has of its own; what its version does not know is left out. */
  async start(shared: unknown): Promise<string | null> {
    const form = this.own.value;
    if (!form) return null;
    if (form.whole) return this.run.start(this.#target(), shared);
    const { input, isValid } = form.read();
    if (!isValid) return null;
    const [given, own] = [shared as Values, input as Values];
    const entries = form.fields.flatMap(({ name }) => {
      const from = this.differing.value.has(name) ? own : given;
      return Object.hasOwn(from, name) ? [[name, from[name]] as const] : [];
    });
    return this.run.start(this.#target(), Object.fromEntries(entries));
  }

  #target = (): string => `${this.slug.value}:${this.version.value?.number ?? ""}`;
}
