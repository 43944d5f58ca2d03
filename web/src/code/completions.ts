/** Inputs of text models in the words of OpenAI's API. */
import type { Call } from "./snippets";

interface Completion {
  /** Of OpenAI's client. */
  method: "chat.completions" | "completions";
  parameters: Record<string, unknown>;
  /** What OpenAI's API has not, and this server reads all the same. */
  extra: Record<string, unknown>;
  /** Fields that the form has no words for. */
  missing: string[];
  /** The text of a piece of a stream. */
  piece: string;
}

const SAME = new Set(
  "prompt messages temperature top_p presence_penalty frequency_penalty logit_bias stop seed n".split(" "),
);
const CHAT_ONLY = new Set(["tools", "tool_choice", "response_format"]);
const EXTRA: Record<string, string> = {
  top_k: "top_k",
  min_p: "min_p",
  repetition_penalty: "repetition_penalty",
  min_new_tokens: "min_tokens",
  ignore_eos: "ignore_eos",
  skip_special_tokens: "skip_special_tokens",
};
const CHAT_EXTRA = new Set(["chat_template", "chat_template_kwargs"]);

/** The call as a completion; null where the model is none that OpenAI's API has a form for. */
export function completionOf({ kind, model, input }: Call): Completion | null {
  if (kind !== "TEXT_GENERATION") return null;
  const fields = Object.entries((input ?? {}) as Record<string, unknown>).filter(([, value]) => value !== null);
  const isChat = fields.some(([name]) => name === "messages");
  const parameters: Record<string, unknown> = isChat ? { model } : { model, prompt: "" };
  const extra: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const [name, value] of fields) {
    if (SAME.has(name) || (isChat && CHAT_ONLY.has(name))) parameters[name] = value;
    else if (name === "max_new_tokens") parameters[isChat ? "max_completion_tokens" : "max_tokens"] = value;
    else if (name === "logprobs" && isChat) Object.assign(parameters, { logprobs: true, top_logprobs: value });
    else if (name === "logprobs") parameters[name] = value;
    else if (EXTRA[name] !== undefined) extra[EXTRA[name]] = value;
    else if (isChat && CHAT_EXTRA.has(name)) extra[name] = value;
    else missing.push(name);
  }
  return {
    method: isChat ? "chat.completions" : "completions",
    parameters,
    extra,
    missing,
    piece: isChat ? 'chunk.choices[0].delta.content or ""' : "chunk.choices[0].text",
  };
}
