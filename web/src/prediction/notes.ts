import { request } from "../api/client";
import { PredictionNotesDocument, RecordOutcomeDocument, type PredictionNotesQuery } from "../api/generated/graphql";
import { refusalProblem, type Problem } from "../api/problems";
import type { Marks } from "./marks";

export type Cost = NonNullable<NonNullable<PredictionNotesQuery["prediction"]>["cost"]>;

export type Parent = NonNullable<NonNullable<PredictionNotesQuery["prediction"]>["retryOf"]>;

/** What is known of a prediction beside itself, most of it to whoever ran it. */
export interface Notes {
  /** Whether the reader may note what came of it. */
  isOwn: boolean;
  /** What was noted: 1 for good, 0 for bad; null where nothing was. */
  thumb: number | null;
  cost: Cost | null;
  /** Null to all but the user who ran it. */
  marks: Marks | null;
  /** What it runs again. */
  parent: Parent | null;
}

/** The outcome that the thumbs of this page note; programs may note it too. */
const THUMB = "thumb";

export async function readNotes(id: string): Promise<Notes | null> {
  const { prediction, viewer } = await request(PredictionNotesDocument, { id });
  if (!prediction) return null;
  const { user, outcomes, cost, isStarred, publicLink, retryOf } = prediction;
  const isMine = user !== null && user.id === viewer?.id;
  const thumb = outcomes.find(({ name }) => name === THUMB)?.value ?? null;
  return {
    isOwn: user === null || isMine,
    thumb,
    cost,
    marks: isMine ? { isStarred, publicLink } : null,
    parent: retryOf,
  };
}

/** Notes what came of a prediction, in place of what was noted; why it was not, or null. */
export async function noteThumb(id: string, value: number): Promise<Problem | null> {
  const input = { prediction: id, name: THUMB, value };
  return refusalProblem((await request(RecordOutcomeDocument, { input })).recordOutcome);
}
