import { signal } from "@preact/signals";
import { request } from "../api/client";
import {
  HubRepositoryDocument,
  type CpuOffload,
  type DeviceClass,
  type DeviceMap,
  type Dtype,
  type HubRepositoryQuery,
  type ModelKind,
  type ModelSourceInput,
  type PublishVersionInput,
  type Quantization,
} from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";

/** Where a version comes from, as a person thinks of it. */
export const ORIGINS = ["hub", "adapter", "folder", "file", "class"] as const;
export type Origin = (typeof ORIGINS)[number];

export type Repository = HubRepositoryQuery["hubRepository"];

const TYPING_MS = 500;
/** What is pasted from the hub's pages. */
const ADDRESS = /^https?:\/\/(?:huggingface\.co|hf\.co)\/([^/\s]+\/[^/\s?#]+)(?:\/tree\/([^\s?#]+))?.*$/;
const REPO = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** A version as it is being described, and what the hub says of it meanwhile. */
export class Source {
  readonly origin = signal<Origin>("hub");
  readonly repo = signal("");
  readonly revision = signal("");
  readonly path = signal("");
  readonly base = signal("");
  /** Whether an adapter's files lie on the hub, else in a folder. */
  readonly isOnHub = signal(true);
  readonly predictor = signal("");
  readonly kind = signal<ModelKind>("TEXT_GENERATION");
  readonly config = signal("");
  readonly task = signal("");
  readonly quantization = signal<Quantization | "">("");
  readonly dtype = signal<Dtype>("AUTO");
  readonly device = signal<DeviceClass>("ANY");
  readonly deviceMap = signal<DeviceMap>("SINGLE");
  readonly cpuOffload = signal<CpuOffload>("NONE");
  readonly safetyChecker = signal(true);

  readonly repository = signal<Repository | null>(null);
  readonly checking = signal(false);
  readonly problem = signal<Problem | null>(null);

  #timer = 0;
  #turn = 0;
  #hasChosenKind = false;

  /** Whether a repository on the hub is what it comes from. */
  get asksHub(): boolean {
    return this.origin.value === "hub" || (this.origin.value === "adapter" && this.isOnHub.value);
  }

  choose(origin: Origin): void {
    this.origin.value = origin;
    if (origin === "file") this.kind.value = "IMAGE_GENERATION";
    if (origin === "class") this.kind.value = "CUSTOM";
    if (origin === "adapter" && this.kind.value === "CUSTOM") this.kind.value = "TEXT_GENERATION";
    this.check();
  }

  /** Takes `owner/name`, or the address of a page of the hub. */
  typeRepo(text: string): void {
    const [, repo = text.trim(), revision] = ADDRESS.exec(text.trim()) ?? [];
    this.repo.value = repo;
    if (revision) this.revision.value = decodeURIComponent(revision);
    this.check();
  }

  chooseKind(kind: ModelKind): void {
    this.#hasChosenKind = true;
    this.kind.value = kind;
  }

  /** Asks the hub, a little after the last key. */
  check(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.repository.value = null;
    this.problem.value = null;
    this.checking.value = this.asksHub && REPO.test(this.repo.value);
    if (this.checking.value) this.#timer = window.setTimeout(() => void this.#ask(this.#turn), TYPING_MS);
  }

  async #ask(turn: number): Promise<void> {
    const asked = { repo: this.repo.value, revision: this.revision.value.trim() || null };
    try {
      const { hubRepository } = await request(HubRepositoryDocument, asked);
      if (turn !== this.#turn) return;
      this.repository.value = hubRepository;
      if (!this.#hasChosenKind && this.origin.value === "hub") this.kind.value = hubRepository.kind;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = apiProblem(error);
    }
    this.checking.value = false;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  /** The name that its model might have, by the rules of names. */
  get suggestedName(): string {
    const last = { hub: this.repo, adapter: this.isOnHub.value ? this.repo : this.path, class: this.predictor };
    const text = (last[this.origin.value as keyof typeof last] ?? this.path).value.split("/").at(-1) ?? "";
    return text
      .replace(/\.safetensors$/i, "")
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .replace(/([._-])[._-]+/g, "$1")
      .replace(/^[._-]+|[._-]+$/g, "")
      .slice(0, 63);
  }

  /** The version as the API takes it, but for its model. */
  version(): Omit<PublishVersionInput, "model"> {
    const origin = this.origin.value;
    if (origin === "class") return { source: { predictor: this.predictor.value } };
    if (origin === "adapter") return { source: this.#files(), base: this.base.value.trim() };
    const isImage = this.kind.value === "IMAGE_GENERATION";
    return {
      source: this.#files(),
      quantization: this.quantization.value || null,
      dtype: this.dtype.value,
      device: this.device.value,
      deviceMap: this.deviceMap.value,
      ...(this.kind.value === "CUSTOM" && this.task.value.trim() && { task: this.task.value.trim() }),
      ...(isImage && { cpuOffload: this.cpuOffload.value, safetyChecker: this.safetyChecker.value }),
      ...(isImage && this.config.value.trim() && { config: this.config.value.trim() }),
    };
  }

  #files(): ModelSourceInput {
    if (!this.asksHub) return { local: { path: this.path.value.trim() } };
    return { huggingface: { repo: this.repo.value.trim(), revision: this.revision.value.trim() || null } };
  }
}
