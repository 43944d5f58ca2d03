import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { ModelPageDocument } from "../api/generated/graphql";
import type { ModelDetails, Version } from "../api/models";
import { passingProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { InputForm } from "../form/values";
import { OptionsForm } from "../prediction/options";
import { Run, type JoinedPrediction } from "../prediction/run";
import { followName } from "../ui/router";

export type Sample = ModelDetails["samples"][number];

const RETRY_MS = 4_000;
const PREPARING_MS = 3_000;

/** Where one model is worked with: its version, the input that is being written, and the prediction that is shown. */
export class Desk {
  /** The sample that stands where the output will come; the one whose input was taken last. */
  readonly sample = signal<Sample | null>(null);
  readonly run = new Run();
  readonly options = new OptionsForm();
  readonly slug = signal("");
  readonly model = signal<ModelDetails | null>(null);
  readonly version = signal<Version | null>(null);
  readonly form = signal<InputForm | null>(null);
  readonly problem = signal<Problem | null>(null);
  /** Whether the next run of what was run before draws another seed. */
  readonly drawsSeed = signal(false);
  /** What a run asks for: the newest version unless one was chosen. */
  readonly target = computed(() => (this.#pinned.value === null ? this.slug.value : this.pinnedTarget.value));
  readonly pinnedTarget = computed(() => `${this.slug.value}:${this.version.value?.number ?? ""}`);

  readonly #pinned = signal<number | null>(null);
  #turn = 0;
  #timer = 0;

  /** Shows a model with one of its versions, or with the one that runs unless one is pinned. */
  async showModel(slug: string, number: number | null): Promise<void> {
    const turn = this.#begin();
    const known = this.model.value?.slug === slug ? this.model.value : null;
    batch(() => {
      this.run.clear();
      if (known) this.#choose(known, number);
      else this.#forget(slug);
    });
    await this.#load(slug, number, turn);
  }

  async #load(slug: string, number: number | null, turn: number): Promise<void> {
    let wait = RETRY_MS;
    try {
      const { model } = await request(ModelPageDocument, { slug });
      if (turn !== this.#turn) return;
      if (!model) {
        this.#forget(slug);
        this.problem.value = { title: say.model.noModelTitle(slug), detail: say.model.noModelDetail };
        return;
      }
      batch(() => this.#choose(model, number));
      followName(slug, model.slug);
      wait = this.version.value?.state === "PREPARING" ? PREPARING_MS : 0;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = passingProblem(error);
    }
    if (wait) this.#timer = window.setTimeout(() => void this.#load(slug, number, turn), wait);
  }

  #choose(model: ModelDetails, number: number | null): void {
    const wanted = number === null ? model.latestVersion?.number : number;
    const version = model.versions.find((candidate) => candidate.number === wanted) ?? null;
    this.slug.value = model.slug;
    this.model.value = model;
    this.#pinned.value = number;
    this.problem.value = version ? null : missingVersion(model, number);
    const isKept = model.samples.some(({ id }) => id === this.sample.value?.id);
    if (!isKept) this.sample.value = model.samples[0] ?? null;
    this.#take(version, model.samples[0]);
  }

  /** Shows the model as it is by now. */
  refresh(): Promise<void> {
    return this.#load(this.slug.value, this.#pinned.value, this.#turn);
  }

  /** Shows a prediction with its input in the form, unless it is the one that just was started here. */
  async showPrediction(id: string): Promise<void> {
    const turn = this.#begin();
    if (this.run.prediction.value?.id === id) {
      this.#pinned.value = this.run.prediction.value.version.number;
      return;
    }
    this.#forget("");
    const prediction = await this.run.join(id);
    if (!prediction || turn !== this.#turn) {
      if (turn === this.#turn) this.problem.value = this.run.problem.value;
      return;
    }
    batch(() => this.#takeOver(prediction));
  }

  #takeOver({ model, version, input }: JoinedPrediction): void {
    this.slug.value = model.slug;
    this.#pinned.value = version.number;
    this.#take(version);
    this.form.value?.fill(input);
  }

  /** Asks no more by itself, and follows no prediction. */
  leave(): void {
    this.#begin();
    this.run.clear();
  }

  #begin(): number {
    clearTimeout(this.#timer);
    return ++this.#turn;
  }

  #take(version: Version | null, sample?: Sample): void {
    // what was typed stays while the version does
    if (version?.id !== this.version.value?.id || !this.form.value) {
      this.form.value = version ? new InputForm(version.inputSchema) : null;
      if (sample) this.form.value?.fill(sample.input);
    }
    this.version.value = version;
  }

  #forget(slug: string): void {
    this.slug.value = slug;
    this.model.value = null;
    this.version.value = null;
    this.form.value = null;
    this.problem.value = null;
  }
}

function missingVersion(model: ModelDetails, number: number | null): Problem {
  if (number === null) return { title: say.model.noVersionTitle, detail: say.model.noVersionDetail(model.slug) };
  return {
    title: say.model.missingVersion(number),
    detail: say.model.missingVersionDetail(model.slug, model.versions.length),
  };
}
