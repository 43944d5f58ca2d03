/**
 * Readmes come from strangers, and are read here by a reader of our own. The libraries were tried (marked 18.2.1): 24 kB
 * of `_a*` took its lexer 4.6 s (ours: 20 ms), 5000 `>` ended it with a RangeError, and its 15.6 kB gzipped are a quarter
 * of all that a page loads. The tests compare what both read.
 */

import { spansOf, type Room, type Span, type Targets } from "./spans";

/** Markdown as a tree. */
export type Block =
  | { type: "heading"; level: number; text: Span[] }
  | { type: "paragraph"; text: Span[] }
  | { type: "code" | "html"; text: string }
  | { type: "quote"; blocks: Block[] }
  | { type: "list"; start: number | null; items: Item[] }
  | { type: "table"; head: Span[][]; rows: Span[][][] }
  | { type: "rule" }
  /** The end of what is read, where the text went on. */
  | { type: "cut" };

export interface Item {
  /** Of a task: whether it is done. */
  done: boolean | null;
  blocks: Block[];
}

/** Quotes and lists within each other; what is deeper stays text. */
const DEEPEST = 12;
/** Characters that are read: ten times what a description may have. */
export const MOST_CHARACTERS = 100_000;
/** Blocks, items, cells and spans together: more than a description can say, but for the cells that rows leave out. */
export const MOST_NODES = 10_000;

const HEADING = /^ {0,3}(#{1,6})(?= |$)/;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/;
const RULE = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const MARKER = /^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}(?=[^ ])| |$)/;
const INTERRUPTING = /^ {0,3}(?:[-*+]|1[.)]) +[^ ]/;
const TASK = /^\[([ xX])\] +/;
const UNDERLINE = /^ {0,3}(=+|-+) *$/;
const DELIMITERS = /^\|? *:?-+:? *(?:\| *:?-+:? *)*\|?$/;
const QUOTE = /^ {0,3}> ?/;
const TAG = /^ {0,3}<(?:\/?[a-z][\w-]*(?=[\s/>]|$)|!--|[?!])/i;
const COMMENT = /^ {0,3}<!--/;
const DEFINITION = /^ {0,3}\[([^\]]{1,200})\]: *<?([^\s>]+)>?(?: +["'(].*)?$/;

/**
 * Reads Markdown as models' readmes have it: CommonMark with tables, tasks and struck text, but for what only HTML can say.
 *
 * No place of the text is looked at more than a few times, whatever is in it, and the tree is bounded: what is beyond is
 * left out, and a block of the type `cut` says so.
 */
export function read(text: string): Block[] {
  const targets: Targets = new Map();
  const room: Room = { nodes: MOST_NODES };
  let isCode = false;
  const lines = text.slice(0, MOST_CHARACTERS).replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n");
  const kept = lines.filter((line) => {
    if (FENCE.test(line)) isCode = !isCode;
    const [, name, to] = (!isCode && DEFINITION.exec(line)) || [];
    if (name === undefined || to === undefined) return true;
    if (!targets.has(name.toLowerCase())) targets.set(name.toLowerCase(), to);
    return false;
  });
  const blocks = blocksOf(kept, targets, room, 0);
  if (room.nodes <= 0 || text.length > MOST_CHARACTERS) blocks.push({ type: "cut" });
  return blocks;
}

const isBlank = (line: string): boolean => line.trim() === "";
const indentOf = (line: string): number => line.length - line.trimStart().length;
const cut = (line: string, width: number): string => line.slice(Math.min(width, indentOf(line)));

/** The kind of an item that begins at a line, by its marker. */
const kindOf = (line: string): string | undefined => (RULE.test(line) ? undefined : MARKER.exec(line)?.[2]?.at(-1));

/** Whether a line goes on with a paragraph, and begins nothing else. */
const goesOn = (line: string): boolean =>
  !isBlank(line) && ![HEADING, FENCE, RULE, QUOTE, TAG, INTERRUPTING].some((start) => start.test(line));

function blocksOf(lines: readonly string[], targets: Targets, room: Room, depth: number): Block[] {
  const found: Block[] = [];
  let at = 0;
  const spans = (text: string) => spansOf(text, targets, room);
  /** The lines up to one that does not belong any more, and those after it. */
  const take = (belongs: (line: string, at: number) => boolean): string[] => {
    const from = at;
    while (at < lines.length && belongs(lines[at]!, at)) at += 1;
    return lines.slice(from, at);
  };

  const fence = (indent: number, marks: string) => {
    at += 1;
    const end = new RegExp(`^ {0,3}${marks[0]}{${marks.length},} *$`);
    const text = take((line) => !end.test(line)).map((line) => cut(line, indent));
    at += 1;
    found.push({ type: "code", text: text.join("\n") });
  };

  const list = (kind: string) => {
    const number = parseInt(MARKER.exec(lines[at]!)![2]!, 10);
    const items: Item[] = [];
    while (at < lines.length && room.nodes > 0 && kindOf(lines[at]!) === kind) {
      room.nodes -= 1;
      const lead = MARKER.exec(lines[at]!)![0];
      const width = Math.max(lead.length, lead.trimEnd().length + 1);
      const first = lines[at]!.slice(lead.length);
      at += 1;
      const rest = take((line, i) => {
        // what stands behind a blank line belongs here where it is indented
        if (isBlank(line)) return lines[i + 1] !== undefined && indentOf(lines[i + 1]!) >= width;
        return indentOf(line) >= width || (!isBlank(lines[i - 1]!) && kindOf(line) === undefined && goesOn(line));
      });
      const [mark = "", done] = TASK.exec(first) ?? [];
      const inner = [first.slice(mark.length), ...rest.map((line) => cut(line, width))];
      items.push({ done: mark ? done !== " " : null, blocks: blocksOf(inner, targets, room, depth + 1) });
      const end = at;
      take(isBlank);
      if (at < lines.length && kindOf(lines[at]!) !== kind) at = end;
    }
    found.push({ type: "list", start: Number.isNaN(number) ? null : number, items });
  };

  const table = () => {
    const cells = cellsOf(lines[at]!);
    at += 2;
    const under = take((line) => goesOn(line) && line.includes("|"));
    // a row has as many cells as the head, whatever it says: short rows of a wide table are much out of little
    const row = (given: readonly string[]): Span[][] => {
      const shown = room.nodes > 0 ? cells.slice(0, room.nodes) : [];
      room.nodes -= 1 + cells.length;
      return shown.map((_, i) => spans(given[i] ?? ""));
    };
    const [head, rows] = [row(cells), [] as Span[][][]];
    for (const line of under) if (room.nodes > 0) rows.push(row(cellsOf(line)));
    found.push({ type: "table", head, rows });
  };

  const isTable = (): boolean => {
    const [head, under] = [lines[at]!, lines[at + 1]?.trim() ?? ""];
    return head.includes("|") && DELIMITERS.test(under) && cellsOf(head).length === cellsOf(under).length;
  };

  const paragraph = () => {
    const from = at;
    at += 1;
    const text = () =>
      spans(
        lines
          .slice(from, at)
          .map((line) => line.trimStart())
          .join("\n")
          .trimEnd(),
      );
    take((line) => goesOn(line) && !UNDERLINE.test(line));
    const level = UNDERLINE.exec(lines[at] ?? "")?.[1];
    if (level) found.push({ type: "heading", level: level.startsWith("=") ? 1 : 2, text: text() });
    else found.push({ type: "paragraph", text: text() });
    if (level) at += 1;
  };

  while (at < lines.length && room.nodes > 0) {
    room.nodes -= 1;
    const line = lines[at]!;
    const [, indent, marks] = FENCE.exec(line) ?? [];
    const level = HEADING.exec(line)?.[1]?.length;
    const kind = depth < DEEPEST ? kindOf(line) : undefined;
    if (isBlank(line)) at += 1;
    else if (indent !== undefined && marks) fence(indent.length, marks);
    else if (indentOf(line) >= 4) {
      const code = take((next) => isBlank(next) || indentOf(next) >= 4).map((next) => next.slice(4));
      found.push({ type: "code", text: code.join("\n").trimEnd() });
    } else if (level) {
      at += 1;
      const text = line.trim().slice(level).trim();
      found.push({ type: "heading", level, text: spans(text.replace(/(?:^| )#+$/, "").trim()) });
    } else if (RULE.test(line)) {
      at += 1;
      found.push({ type: "rule" });
    } else if (depth < DEEPEST && QUOTE.test(line)) {
      const quoted = take((next, i) => QUOTE.test(next) || (!isBlank(lines[i - 1] ?? "") && goesOn(next)));
      found.push({
        type: "quote",
        blocks: blocksOf(
          quoted.map((next) => next.replace(QUOTE, "")),
          targets,
          room,
          depth + 1,
        ),
      });
    } else if (kind) list(kind);
    else if (COMMENT.test(line)) {
      const from = at;
      const comment = take((_, i) => i === from || !lines[i - 1]!.includes("-->"));
      found.push({ type: "html", text: comment.join("\n").trim() });
    } else if (TAG.test(line))
      found.push({
        type: "html",
        text: take((next) => !isBlank(next))
          .join("\n")
          .trim(),
      });
    else if (isTable()) table();
    else paragraph();
  }
  return found;
}

function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
