/** Inputs in the words of OpenAI's API. */
import type { Call } from "./snippets";

type Fields = Record<string, unknown>;

/** What OpenAI's client is asked. */
interface Request {
  method: "chat.completions.create" | "completions.create" | "images.generate" | "embeddings.create";
  parameters: Fields;
  /** What OpenAI's API has not, and this server reads all the same. */
  extra: Fields;
  /** Fields that the form has no words for. */
  missing: string[];
  /** How the text of a piece of a stream is read, where it may be streamed. */
  piece?: string;
}

/** What a form calls the fields of an input: among its own parameters, or beside them. */
interface Words {
  own: Record<string, string>;
  beside: Record<string, string> | null;
}

const same = (names: string): Record<string, string> =>
  Object.fromEntries(names.split(" ").map((name) => [name, name]));

const SAMPLING = "temperature top_p presence_penalty frequency_penalty logit_bias stop seed n";
const EXTRA = {
  ...same("top_k min_p repetition_penalty ignore_eos skip_special_tokens"),
  min_new_tokens: "min_tokens",
};
const COMPLETION: Words = {
  own: { ...same(`prompt logprobs ${SAMPLING}`), max_new_tokens: "max_tokens" },
  beside: EXTRA,
};
const CHAT: Words = {
  own: {
    ...same(`messages tools tool_choice response_format ${SAMPLING}`),
    max_new_tokens: "max_completion_tokens",
    logprobs: "top_logprobs",
  },
  beside: { ...EXTRA, ...same("chat_template chat_template_kwargs") },
};
/** Whatever a model reads besides, it is asked for by its own name. */
const IMAGES: Words = { own: { ...same("prompt output_format size"), num_images: "n" }, beside: null };
const EMBEDDINGS: Words = { own: { texts: "input" }, beside: same("normalize truncate prefix prompt_name") };

/** The call in OpenAI's words; null where its API has no form for such a model. */
export function requestOf({ kind, predictor, model, input }: Call): Request | null {
  const fields: Fields = Object.fromEntries(
    Object.entries((input ?? {}) as Fields).filter(([, value]) => value !== null),
  );
  if (kind === "TEXT_GENERATION") {
    if (!("messages" in fields))
      return {
        method: "completions.create",
        ...said({ prompt: "", ...fields }, COMPLETION, model),
        piece: "chunk.choices[0].text",
      };
    const request = said(fields, CHAT, model);
    if ("logprobs" in fields) request.parameters["logprobs"] = true;
    return { method: "chat.completions.create", ...request, piece: 'chunk.choices[0].delta.content or ""' };
  }
  if (kind === "IMAGE_GENERATION") {
    const { width, height, ...rest } = fields;
    const size = width && height ? { size: `${width}x${height}` } : {};
    const request = said({ ...rest, ...size }, IMAGES, model);
    for (const [name, value] of Object.entries({ width, height }))
      if (value && !("size" in size)) request.missing.push(name);
    return { method: "images.generate", ...request };
  }
  return predictor === "embeddings" ? { method: "embeddings.create", ...said(fields, EMBEDDINGS, model) } : null;
}

function said(fields: Fields, { own, beside }: Words, model: string) {
  const parameters: Fields = { model };
  const extra: Fields = {};
  const missing: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const word = own[name];
    const other = beside === null ? name : beside[name];
    if (word !== undefined) parameters[word] = value;
    else if (other !== undefined) extra[other] = value;
    else missing.push(name);
  }
  return { parameters, extra, missing };
}
