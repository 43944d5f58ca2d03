import { batch, signal } from "@preact/signals";
import { request } from "../api/client";
import {
  DeleteModelDocument,
  EditModelDocument,
  UpdateModelDocument,
  type DeleteModelMutation,
  type EditModelQuery,
  type UpdateModelInput,
} from "../api/generated/graphql";
import { apiProblem, passingProblem, refusalProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { followName } from "../ui/router";
import { errorsOf, type Errors } from "./fields";

export type EditedModel = NonNullable<EditModelQuery["model"]>;
type Deleted = Extract<DeleteModelMutation["deleteModel"], { __typename: "DeletedModel" }>;

const POLL_MS = 3_000;

/** What came of a change: nothing is wrong, or what is, and where. */
export interface Outcome {
  problem: Problem | null;
  errors: Errors;
}
const FINE: Outcome = { problem: null, errors: {} };

/** The model that is being changed, read again after each change, and while a version of it is prepared. */
export class Editing {
  readonly model = signal<EditedModel | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly deleted = signal<Deleted | null>(null);

  #slug = "";
  #turn = 0;
  #timer = 0;

  async open(slug: string): Promise<void> {
    this.close();
    batch(() => {
      if (this.model.value?.slug !== slug) this.model.value = null;
      this.problem.value = null;
      this.deleted.value = null;
    });
    this.#slug = slug;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = this.#turn;
    let isAwaited = true;
    try {
      const { model } = await request(EditModelDocument, { slug: this.#slug });
      if (turn !== this.#turn) return;
      this.model.value = model;
      if (model) followName(this.#slug, model.slug);
      const missing = { title: say.model.noModelTitle(this.#slug), detail: say.model.noModelDetail };
      this.problem.value = model ? null : missing;
      isAwaited = model?.versions.some(({ state }) => state === "PREPARING") ?? false;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = passingProblem(error);
    }
    clearTimeout(this.#timer);
    if (isAwaited) this.#timer = window.setTimeout(() => void this.refresh(), POLL_MS);
  }

  /** Does something to the model, and shows what it is then. */
  async change(ask: () => Promise<object>): Promise<Outcome> {
    try {
      const result = await ask();
      const problem = refusalProblem(result);
      if (problem) return { problem, errors: "violations" in result ? errorsOf(result.violations as never) : {} };
    } catch (error) {
      return { problem: apiProblem(error), errors: {} };
    }
    await this.refresh();
    return FINE;
  }

  update(changes: Omit<UpdateModelInput, "model">): Promise<Outcome> {
    const input = { ...changes, model: this.#slug };
    return this.change(async () => (await request(UpdateModelDocument, { input })).updateModel);
  }

  async remove(): Promise<Problem | null> {
    try {
      const { deleteModel } = await request(DeleteModelDocument, { input: { model: this.#slug } });
      if (deleteModel.__typename !== "DeletedModel") return refusalProblem(deleteModel);
      this.close();
      this.deleted.value = deleteModel;
      return null;
    } catch (error) {
      return apiProblem(error);
    }
  }

  /** Asks no more by itself. */
  close(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
  }
}
