import type { Problem } from "../api/problems";

/** A file that somebody gave with a message. */
export interface Attachment {
  /** As an input takes it: `upload:` or `data:`. */
  uri: string;
  name: string;
  contentType: string;
}

/** What a model asks to be called for it. */
export interface ToolCall {
  id: string;
  name: string;
  /** Its arguments as JSON. */
  values: string;
}

/** What an answer took, as far as it is known. */
export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  tokensPerSecond: number | null;
  cost: { amount: string; currency: string } | null;
}

/** One message, and what it answers. */
export interface Turn {
  id: string;
  /** The turn that it follows; null for the first of a conversation. */
  parent: string | null;
  role: "user" | "assistant" | "tool";
  text: string;
  files: readonly Attachment[];
  /** Of an answer: how it stands. */
  state: "open" | "done" | "stopped" | "failed";
  /** Of an answer: the prediction that writes it, once the server has one. */
  prediction: string | null;
  problem: Problem | null;
  reasoning: string;
  calls: readonly ToolCall[];
  /** Of a tool's result: what it answers. */
  callId: string | null;
  usage: Usage | null;
  thumb: number | null;
}

export interface Conversation {
  id: string;
  /** Handle of who talked; "" for whoever was not signed in. */
  owner: string;
  model: string;
  system: string;
  /** Of the model's input, but for the messages. */
  parameters: Readonly<Record<string, unknown>>;
  /** In the order in which they came. */
  turns: readonly Turn[];
  /** Where several follow the same turn: the one that is shown, by the turn that they follow. */
  chosen: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  updatedAt: number;
}

const LONGEST_TITLE = 60;
/** In place of the turn that nothing precedes. */
const START = "start";

const keyOf = (parent: string | null): string => parent ?? START;

/** Those that follow a turn, or begin the conversation. */
export const following = ({ turns }: Conversation, parent: string | null): readonly Turn[] =>
  turns.filter((turn) => turn.parent === parent);

/** The branch that is shown, from its first turn to its last. */
export function shownTurns(conversation: Conversation): readonly Turn[] {
  const byParent = new Map<string, Turn[]>();
  for (const turn of conversation.turns) {
    const key = keyOf(turn.parent);
    byParent.set(key, [...(byParent.get(key) ?? []), turn]);
  }
  const shown: Turn[] = [];
  for (let parent: string | null = null; shown.length < conversation.turns.length;) {
    const others: readonly Turn[] = byParent.get(keyOf(parent)) ?? [];
    const next: Turn | undefined =
      others.find(({ id }) => id === conversation.chosen[keyOf(parent)]) ?? others[others.length - 1];
    if (!next) break;
    shown.push(next);
    parent = next.id;
  }
  return shown;
}

/** What was said up to a turn, that included. */
export function turnsUpTo({ turns }: Conversation, id: string | null): readonly Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const before: Turn[] = [];
  for (let turn = id === null ? undefined : byId.get(id); turn && before.length < turns.length;) {
    before.unshift(turn);
    turn = turn.parent === null ? undefined : byId.get(turn.parent);
  }
  return before;
}

/** With one turn more, which is shown. */
export function withTurn(conversation: Conversation, turn: Turn): Conversation {
  return choose({ ...conversation, turns: [...conversation.turns, turn] }, turn);
}

export function withChange(conversation: Conversation, id: string, change: Partial<Turn>): Conversation {
  return {
    ...conversation,
    turns: conversation.turns.map((turn) => (turn.id === id ? { ...turn, ...change } : turn)),
  };
}

/** Shows one of several that follow the same turn. */
export function choose(conversation: Conversation, turn: Turn): Conversation {
  return { ...conversation, chosen: { ...conversation.chosen, [keyOf(turn.parent)]: turn.id } };
}

/** Its first words, by which a list calls it; "" while it has none. */
export function titleOf({ turns }: Pick<Conversation, "turns">): string {
  const words = (turns.find(({ role }) => role === "user")?.text ?? "").replace(/\s+/g, " ").trim();
  return words.length > LONGEST_TITLE ? `${words.slice(0, LONGEST_TITLE).replace(/\s+\S*$/, "")} …` : words;
}

/** A turn of nothing but a role and a text. */
export function newTurn(id: string, parent: string | null, role: Turn["role"], text = ""): Turn {
  return {
    id,
    parent,
    role,
    text,
    files: [],
    state: "done",
    prediction: null,
    problem: null,
    reasoning: "",
    calls: [],
    callId: null,
    usage: null,
    thumb: null,
  };
}
