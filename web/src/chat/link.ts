import { say } from "../messages/messages";
import { randomKey } from "../ui/random";
import { newTurn, type Conversation, type ToolCall, type Turn } from "./conversation";

/**
 * A conversation within an address: behind its `#`, which browsers send to no server. Whoever has the address has it,
 * without an account and whatever becomes of the predictions, which only who ran them may see.
 */

/** Characters of such an address that browsers and mail programs take. */
export const MOST_CHARACTERS = 30_000;
/** Characters that an address may unfold into. */
const MOST_UNFOLDED = 2_000_000;
const MOST_TURNS = 1_000;
const PREFIX = "#talk=";

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The part behind an address's path that holds some turns; null where they are too many for one. Files are left out. */
export async function fragmentOf(conversation: Conversation, turns: readonly Turn[]): Promise<string | null> {
  const { system, parameters } = conversation;
  const plain = turns
    .filter(({ text, calls }) => text !== "" || calls.length > 0)
    .map(({ role, text, reasoning, calls, callId }) => ({
      role,
      text,
      ...(reasoning && { reasoning }),
      ...(calls.length > 0 && { calls }),
      ...(callId !== null && { callId }),
    }));
  const folded = await through(
    new CompressionStream("deflate-raw"),
    new TextEncoder().encode(JSON.stringify({ system, parameters, turns: plain })),
    Infinity,
  );
  const text = PREFIX + base64(folded);
  return text.length > MOST_CHARACTERS ? null : text;
}

/** The conversation with a model that an address holds; null where it holds none that can be read. */
export async function conversationOf(hash: string, model: string, owner: string): Promise<Conversation | null> {
  if (!hash.startsWith(PREFIX) || hash.length > MOST_CHARACTERS) return null;
  try {
    const folded = Uint8Array.from(
      atob(hash.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/")),
      (character) => character.charCodeAt(0),
    );
    const unfolded = await through(new DecompressionStream("deflate-raw"), folded, MOST_UNFOLDED);
    const value: unknown = JSON.parse(new TextDecoder().decode(unfolded));
    if (!isObject(value) || !Array.isArray(value["turns"])) return null;
    const parameters = isObject(value["parameters"]) ? value["parameters"] : {};
    const turns = turnsOf(value["turns"].slice(0, MOST_TURNS));
    const system = textOf(value["system"]);
    return { id: randomKey(), owner, model, system, parameters, turns, chosen: {}, updatedAt: Date.now() };
  } catch {
    return null;
  }
}

function turnsOf(values: readonly unknown[]): Turn[] {
  const turns: Turn[] = [];
  for (const value of values) {
    if (!isObject(value)) continue;
    const role = (["user", "assistant", "tool"] as const).find((name) => name === value["role"]);
    if (!role) continue;
    const calls = Array.isArray(value["calls"]) ? value["calls"].filter(isObject).map(callOf) : [];
    const turn = newTurn(randomKey(), turns.at(-1)?.id ?? null, role, textOf(value["text"]));
    turns.push({ ...turn, calls, reasoning: textOf(value["reasoning"]), callId: textOf(value["callId"]) || null });
  }
  return turns;
}

const callOf = (value: Json): ToolCall => ({
  id: textOf(value["id"]),
  name: textOf(value["name"]),
  values: textOf(value["values"]),
});

/** What comes out of a stream; throws where it is more than `most` bytes. */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError(say.chat.linkTooLong);
    }
    pieces.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** As an address takes it. */
function base64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
