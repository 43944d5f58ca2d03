/** What stands within lines. */
export type Span =
  | string
  | { type: "strong" | "em" | "del"; text: Span[]; depth: number }
  | { type: "link"; to: string; text: Span[] }
  | { type: "code"; text: string }
  | { type: "break" };

/** Where references lead, by their names in lower case. */
export type Targets = Map<string, string>;

/** What a whole document may still become: counted down by all that reads it, which stops at zero. */
export interface Room {
  nodes: number;
}

/** Emphasis within emphasis; what is deeper stays text. */
const DEEPEST = 12;

const MARKUP = /[\\`*_~[!<&\n]|https?:\/\//g;
const ESCAPED = /\\([!-/:-@[-`{-~])/y;
const TICKS = /`+/g;
const RUN = /([*_~])\1*/y;
const AUTOLINK = /<(https?:[^\s<>]*|mailto:[^\s<>]*|([\w.+-]+@[\w.-]+))>/y;
const URL_TEXT = /https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]*_~]/y;
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/iy;
const PLACE = /\( *(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/y;
const REFERENCE = /\[([^[\]]{0,200})\]/y;
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©" }),
);
const SPACE = /^\s?$/;
const MARK = /^[\p{P}\p{S}]$/u;

interface Delimiter {
  at: number;
  mark: string;
  count: number;
  opens: boolean;
  closes: boolean;
}

export function spansOf(text: string, targets: Targets, room: Room, isLink = false): Span[] {
  const out: Span[] = [];
  const runs: Delimiter[] = [];
  const closing = ticksOf(text);
  const brackets = isLink ? new Map<number, number>() : bracketsOf(text);
  let at = 0;
  const match = (pattern: RegExp, from = at): RegExpExecArray | null => {
    pattern.lastIndex = from;
    return pattern.exec(text);
  };
  const put = (span: Span, end: number) => {
    if (typeof span === "string" && typeof out.at(-1) === "string" && runs.at(-1)?.at !== out.length - 1)
      out.push(`${out.pop() as string}${span}`);
    else if (span !== "") {
      out.push(span);
      room.nodes -= 1;
    }
    at = end;
  };

  /** A link or picture whose text begins behind a bracket; false where there is none. */
  const link = (open: number): boolean => {
    const close = brackets.get(open);
    if (close === undefined) return false;
    const inner = text.slice(open + 1, close);
    const place = match(PLACE, close + 1);
    const reference = place ? null : match(REFERENCE, close + 1);
    const name = reference?.[1] || inner;
    const to = place
      ? (place[1] ?? place[2] ?? "").replace(/\\([!-/:-@[-`{-~])/g, "$1")
      : targets.get(name.toLowerCase());
    if (to === undefined) return false;
    put(
      { type: "link", to, text: spansOf(inner || to, targets, room, true) },
      close + 1 + (place ?? reference ?? [""])[0].length,
    );
    return true;
  };

  while (at < text.length && room.nodes > 0) {
    const next = match(MARKUP);
    const start = next?.index ?? text.length;
    put(text.slice(at, start), start);
    if (!next) break;
    const [sign] = next;
    let found: RegExpExecArray | null;
    if (sign === "\\" && text[at + 1] === "\n") put({ type: "break" }, at + 2);
    else if (sign === "\\" && (found = match(ESCAPED))) put(found[1]!, at + 2);
    else if (sign === "`") {
      const [length, end] = closing(at);
      if (end < 0) put(text.slice(at, at + length), at + length);
      else put({ type: "code", text: codeOf(text.slice(at + length, end)) }, end + length);
    } else if (sign === "\n") {
      const before = out.at(-1);
      const isHard = typeof before === "string" && before.endsWith("  ");
      if (typeof before === "string" && runs.at(-1)?.at !== out.length - 1) out[out.length - 1] = before.trimEnd();
      put(isHard ? { type: "break" } : "\n", at + 1);
    } else if (sign === "<" && (found = match(AUTOLINK)) && !isLink) {
      const to = found[2] === undefined ? found[1]! : `mailto:${found[2]}`;
      put({ type: "link", to, text: [found[1]!] }, at + found[0].length);
    } else if (sign === "&" && (found = match(ENTITY))) put(entity(found), at + found[0].length);
    else if (sign.startsWith("http") && !isLink && (found = match(URL_TEXT)))
      put({ type: "link", to: found[0], text: [found[0]] }, at + found[0].length);
    else if (sign === "[" && link(at)) continue;
    else if (sign === "!" && text[at + 1] === "[" && link(at + 1)) continue;
    else if ("*_~".includes(sign)) {
      const [marks] = match(RUN)!;
      const delimiter = delimiterOf(text, at, marks, out.length);
      if (delimiter) runs.push(delimiter);
      // a node of its own: what it opens or closes is decided at the end
      out.push(marks);
      room.nodes -= 1;
      at += marks.length;
    } else put(sign, at + sign.length);
  }
  return emphasized(out, runs);
}

/** What a run of marks may do, by what stands beside it; nothing where it is only text. */
function delimiterOf(text: string, at: number, marks: string, place: number): Delimiter | null {
  const before = text[at - 1] ?? "";
  const after = text[at + marks.length] ?? "";
  const [mark, count] = [marks[0]!, marks.length];
  if (mark === "~" && count > 2) return null;
  const left = !SPACE.test(after) && (!MARK.test(after) || SPACE.test(before) || MARK.test(before));
  const right = !SPACE.test(before) && (!MARK.test(before) || SPACE.test(after) || MARK.test(after));
  const opens = left && (mark !== "_" || !right || MARK.test(before));
  const closes = right && (mark !== "_" || !left || MARK.test(after));
  return { at: place, mark, count, opens, closes };
}

/** Pairs the runs of marks: each closing one with the nearest that opens, and what is between them within. */
function emphasized(out: Span[], runs: Delimiter[]): Span[] {
  const open: Delimiter[] = [];
  // spans that end up within others, by the place of what opens them
  let spans: (Span | null)[] = out;
  const nothing = new Map<string, number>();
  for (const run of runs) {
    while (run.closes && run.count > 0) {
      const lowest = nothing.get(keyOf(run)) ?? 0;
      let index = open.length - 1;
      while (index >= lowest && !pairs(open[index]!, run)) index -= 1;
      if (index < lowest) {
        // nothing below opens this, nor whatever like it comes later
        nothing.set(keyOf(run), open.length);
        break;
      }
      const opener = open[index]!;
      const count = run.mark === "~" ? run.count : opener.count >= 2 && run.count >= 2 ? 2 : 1;
      const type = run.mark === "~" ? "del" : count === 2 ? "strong" : "em";
      const within = spans.slice(opener.at + 1, run.at).filter((span) => span !== null && span !== "");
      const depth = 1 + Math.max(0, ...within.map((span) => (span as { depth?: number }).depth ?? 0));
      if (depth > DEEPEST) {
        // what opened before would hold this, and be deeper still
        open.length = 0;
        nothing.clear();
        run.count = 0;
        break;
      }
      spans.fill(null, opener.at + 1, run.at);
      spans[opener.at + 1] = { type, text: within as Span[], depth };
      open.length = index + 1;
      for (const one of [opener, run]) {
        one.count -= count;
        spans[one.at] = one.mark.repeat(one.count);
      }
      if (opener.count === 0) open.pop();
      for (const [key, value] of nothing) nothing.set(key, Math.min(value, open.length));
    }
    if (run.opens && run.count > 0) open.push(run);
  }
  return spans.filter((span) => span !== null && span !== "") as Span[];
}

const keyOf = (run: Delimiter): string => `${run.mark}${run.opens}${run.mark === "~" ? run.count : run.count % 3}`;

function pairs(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.mark !== closer.mark) return false;
  if (opener.mark === "~") return opener.count === closer.count;
  const isOdd = (opener.closes || closer.opens) && (opener.count + closer.count) % 3 === 0;
  return !isOdd || (opener.count % 3 === 0 && closer.count % 3 === 0);
}

/** Finds where the code that begins with backticks ends, and how many they are; -1 where it does not. */
function ticksOf(text: string): (at: number) => [length: number, end: number] {
  const places = new Map<number, number[]>();
  for (const { 0: ticks, index } of text.matchAll(TICKS)) {
    const known = places.get(ticks.length);
    if (known) known.push(index);
    else places.set(ticks.length, [index]);
  }
  const passed = new Map<number, number>();
  return (at) => {
    let end = at;
    while (text[end] === "`") end += 1;
    const alike = places.get(end - at) ?? [];
    // asked for in the order of the text: what was passed is not looked at again
    let next = passed.get(end - at) ?? 0;
    while (next < alike.length && alike[next]! <= at) next += 1;
    passed.set(end - at, next);
    return [end - at, alike[next] ?? -1];
  };
}

const codeOf = (text: string): string => {
  const line = text.replaceAll("\n", " ");
  return line.startsWith(" ") && line.endsWith(" ") && line.trim() !== "" ? line.slice(1, -1) : line;
};

/** Where the bracket that each bracket opens is closed. */
function bracketsOf(text: string): Map<number, number> {
  const found = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") open.push(at);
    else if (text[at] === "]" && open.length > 0) found.set(open.pop()!, at);
  }
  return found;
}

function entity([whole, decimal, hex, name]: RegExpExecArray): string {
  if (name !== undefined) return NAMED.get(name) ?? whole;
  const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
