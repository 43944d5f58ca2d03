import { NotFoundError, InferenceError } from "./errors.js";
import { OutputFile, withFiles, type Output } from "./files.js";
import type { GetPredictionQuery, PredictionFieldsFragment, PredictionStatus } from "./generated.js";
import { GET_PREDICTION } from "./operations.js";
import type { Transport } from "./transport.js";

/** One run of a model, as it stands. */
export interface Prediction extends Omit<PredictionFieldsFragment, "model" | "version" | "output" | "files"> {
  /** `owner/name`. */
  model: string;
  /** `owner/name:number`. */
  version: string;
  /** What the model gave, with files in it; partial while it runs. */
  output: Output;
  files: OutputFile[];
}

const FINAL: readonly PredictionStatus[] = ["SUCCEEDED", "FAILED", "CANCELED", "ABORTED"];

/** Whether a prediction of this status has ended. */
export const isFinal = (status: PredictionStatus): boolean => FINAL.includes(status);

/** A prediction ended otherwise than well. `code` is that of its error, or CANCELED or ABORTED. */
export class PredictionFailedError extends InferenceError {
  readonly code: string;

  constructor(readonly prediction: Prediction) {
    const { error, id, status } = prediction;
    super(error?.message || `The prediction ${id} ended as ${status}.`);
    this.code = error?.code ?? status;
  }
}

/** The prediction, if it succeeded. */
export function successful(prediction: Prediction): Prediction {
  if (prediction.status !== "SUCCEEDED") throw new PredictionFailedError(prediction);
  return prediction;
}

/** A prediction of an answer. */
export function predictionOf(fields: PredictionFieldsFragment, transport: Transport): Prediction {
  const { id } = fields;
  const files = fields.files.map((file, index) => {
    const renew = async () => {
      const url = (await find(id, transport)).files[index]?.url;
      if (!url) throw new NotFoundError("NOT_FOUND", "The files of this prediction have been removed.");
      return url;
    };
    return new OutputFile(file, transport, renew);
  });
  return {
    ...fields,
    model: fields.model.slug,
    version: fields.version.slug,
    output: withFiles(fields.output, files),
    files,
  };
}

/** A prediction as the server has it. */
export async function find(id: string, transport: Transport, signal?: AbortSignal): Promise<PredictionFieldsFragment> {
  const { prediction } = await transport.request<GetPredictionQuery>(GET_PREDICTION, { id }, { signal });
  if (!prediction) throw new NotFoundError("NOT_FOUND", `There is no prediction ${id}, or you cannot see it.`);
  return prediction;
}
