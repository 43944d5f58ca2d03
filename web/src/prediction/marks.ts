import { request } from "../api/client";
import {
  SharePredictionDocument,
  StarPredictionDocument,
  UnsharePredictionDocument,
  UnstarPredictionDocument,
  type MarkFieldsFragment,
} from "../api/generated/graphql";
import { ApiError } from "../api/problems";

/** What a user has made of a prediction of theirs. */
export type Marks = Pick<MarkFieldsFragment, "isStarred" | "publicLink">;

type Answer = ({ __typename: "Prediction" } & Marks) | { __typename: string; code: string; message: string };

/** Stars a prediction, or takes its star; what it then has. Throws ApiError. */
export async function star(id: string, isStarred: boolean): Promise<Marks> {
  const input = { id };
  return isStarred
    ? marksOf((await request(StarPredictionDocument, { input })).starPrediction)
    : marksOf((await request(UnstarPredictionDocument, { input })).unstarPrediction);
}

/** Lets everybody who has its link read a prediction; as `star`. */
export async function share(id: string, showsInput: boolean): Promise<Marks> {
  return marksOf((await request(SharePredictionDocument, { input: { id, showsInput } })).sharePrediction);
}

export async function unshare(id: string): Promise<Marks> {
  return marksOf((await request(UnsharePredictionDocument, { input: { id } })).unsharePrediction);
}

function marksOf(answer: object): Marks {
  const given = answer as Answer;
  if ("isStarred" in given) return given;
  throw new ApiError((given as { code: string }).code, (given as { message: string }).message);
}
