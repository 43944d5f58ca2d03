import type { Attachment, Conversation, Turn } from "./conversation";

type Json = Record<string, unknown>;

/** What a message may hold besides text. */
export interface Takes {
  pictures: boolean;
  sounds: boolean;
  tools: boolean;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const within = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);

/** What a version's messages may hold, or null where it takes none. */
export function takesOf(inputSchema: unknown): Takes | null {
  const item = within(inputSchema, "properties", "messages", "items");
  if (!isObject(within(item, "properties", "role"))) return null;
  const kinds = within(item, "properties", "content", "items", "properties", "type", "enum");
  const has = (kind: string) => Array.isArray(kinds) && kinds.includes(kind);
  return {
    pictures: has("image_url"),
    sounds: has("input_audio"),
    tools: within(inputSchema, "properties", "tools") !== undefined,
  };
}

/** Inputs that a conversation has no place for: it writes the messages itself, and one answer to each. */
const NOT_PARAMETERS = ["messages", "prompt", "n", "logprobs"];
/** Of an answer, unless the reader says otherwise: what the model's own defaults cut is seldom a whole one. */
const ANSWER_TOKENS = 1024;

/** The schema of all that may be set beside the messages. */
export function parametersSchema(inputSchema: unknown): unknown {
  const properties = within(inputSchema, "properties");
  if (!isObject(properties)) return { type: "object", properties: {} };
  const own = Object.entries(properties).filter(([name]) => !NOT_PARAMETERS.includes(name));
  return { type: "object", properties: Object.fromEntries(own.map(([name, rule]) => [name, withRoom(name, rule)])) };
}

function withRoom(name: string, rule: unknown): unknown {
  if (name !== "max_new_tokens" || !isObject(rule)) return rule;
  const { maximum = ANSWER_TOKENS, default: own = 0 } = rule;
  return { ...rule, default: Math.max(Number(own), Math.min(ANSWER_TOKENS, Number(maximum))) };
}

/** The input that asks for the next message behind some turns. */
export function inputOf({ system, parameters }: Conversation, turns: readonly Turn[]): Json {
  const messages: Json[] = turns.flatMap((turn) => {
    // of an answer that failed nothing was said
    if (turn.role === "assistant" && turn.text === "" && turn.calls.length === 0) return [];
    return [messageOf(turn)];
  });
  const first = system.trim() === "" ? [] : [{ role: "system", content: system }];
  return { ...parameters, messages: [...first, ...messages] };
}

function messageOf({ role, text, files, calls, callId }: Turn): Json {
  if (role === "tool") return { role, content: text, ...(callId === null ? {} : { tool_call_id: callId }) };
  if (role === "assistant") {
    return calls.length === 0
      ? { role, content: text }
      : { role, content: text || null, tool_calls: calls.map(callOf) };
  }
  if (files.length === 0) return { role, content: text };
  const parts = files.map(partOf);
  return { role, content: text === "" ? parts : [...parts, { type: "text", text }] };
}

const callOf = ({ id, name, values }: Turn["calls"][number]): Json => ({
  ...(id === "" ? {} : { id }),
  type: "function",
  function: { name, arguments: values },
});

function partOf({ uri, contentType }: Attachment): Json {
  if (contentType.startsWith("audio/")) return { type: "input_audio", input_audio: { data: uri } };
  return { type: "image_url", image_url: { url: uri } };
}

/** The types of files that a picker offers. */
export function acceptOf({ pictures, sounds }: Takes): string {
  return [pictures ? "image/*" : "", sounds ? "audio/*" : "", TEXT_TYPES].filter(Boolean).join(",");
}

const TEXT_TYPES =
  "text/*,.md,.csv,.json,.yaml,.yml,.toml,.xml,.html,.css,.js,.ts,.tsx,.py,.rs,.go,.java,.c,.h,.cpp,.sh,.sql";
const MOST_TEXT_BYTES = 100_000;

/** How a file may be given: as itself, as text within the message, or not at all. */
export function wayOf(file: File, { pictures, sounds }: Takes): "file" | "text" | null {
  if (file.type.startsWith("image/") && file.type !== "image/svg+xml") return pictures ? "file" : null;
  if (file.type.startsWith("audio/")) return sounds ? "file" : null;
  const ending = /\.\w+$/.exec(file.name.toLowerCase())?.[0];
  const isText = file.type.startsWith("text/") || (ending !== undefined && TEXT_TYPES.split(",").includes(ending));
  return isText && file.size <= MOST_TEXT_BYTES ? "text" : null;
}

/** A text file as a message shows it, fenced by more ticks than it has. */
export function fenced(name: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${name}:\n${fence}\n${text.replace(/\n$/, "")}\n${fence}`;
}

/** A text and what was thought before it, where the model wrote both into one. */
export function withoutThoughts(text: string): { text: string; reasoning: string } {
  const end = text.indexOf("</think>");
  if (end >= 0) {
    const reasoning = text.slice(0, end).replace(/^\s*<think>/, "");
    return { text: text.slice(end + "</think>".length).trimStart(), reasoning: reasoning.trim() };
  }
  const begun = /^\s*<think>/.exec(text);
  return begun ? { text: "", reasoning: text.slice(begun[0].length).trim() } : { text, reasoning: "" };
}
