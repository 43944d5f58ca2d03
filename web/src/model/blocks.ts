/**
 * Markdown as a tree: headings, lists, tables, quotes, code, and what stands within lines, as models' readmes have them.
 *
 * Every place of the text is looked at a bounded number of times, whatever is in it, and nothing of it is ever HTML.
 */
export type Block =
  | { type: "heading"; level: number; text: Span[] }
  | { type: "paragraph"; text: Span[] }
  | { type: "code"; text: string }
  | { type: "quote"; blocks: Block[] }
  | { type: "list"; start: number | null; items: Item[] }
  | { type: "table"; head: Span[][]; rows: Span[][][] }
  | { type: "html"; text: string }
  | { type: "rule" };

export interface Item {
  /** Of a task: whether it is done. */
  done: boolean | null;
  blocks: Block[];
}

export type Span =
  | string
  | { type: "strong" | "em" | "del"; text: Span[] }
  | { type: "code"; text: string }
  | { type: "link"; to: string; text: Span[] }
  | { type: "break" };

/** Quotes and lists within each other; what is deeper stays text. */
const DEEPEST = 12;

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^( {0,3})(`{3,}|~{3,})([^`]*)$/;
const RULE = /^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/;
const MARKER = /^( {0,3})([-*+]|\d{1,9}[.)])(?:( {1,4})(?=\S)|[ \t]|$)/;
const TASK = /^\[([ xX])\][ \t]+/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const DELIMITERS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const QUOTE = /^ {0,3}> ?/;
const TAG = /^ {0,3}<(?:[a-z][\w-]*(?=[\s/>]|$)|\/[a-z]|!--|[?!])/i;
const DEFINITION = /^ {0,3}\[([^\]]{1,200})\]:[ \t]*<?(\S+?)>?(?:[ \t]+["'(].*)?$/;

export function read(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n");
  return new Reader().blocks(lines, 0);
}

const isBlank = (line: string): boolean => line.trim() === "";
const indentOf = (line: string): number => line.length - line.trimStart().length;

class Reader {
  readonly #targets = new Map<string, string>();

  blocks(lines: readonly string[], depth: number): Block[] {
    const isTop = depth === 0;
    const kept = isTop ? this.#withoutDefinitions(lines) : lines;
    const found: Block[] = [];
    for (let at = 0; at < kept.length; ) {
      if (isBlank(kept[at]!)) at += 1;
      else at = this.#block(kept, at, depth, found);
    }
    return found;
  }

  /** Reads the block that begins at a line; the line after it. */
  #block(lines: readonly string[], at: number, depth: number, found: Block[]): number {
    const line = lines[at]!;
    const fence = FENCE.exec(line);
    if (fence) return this.#fence(lines, at, fence, found);
    if (indentOf(line) >= 4) return this.#indented(lines, at, found);
    const heading = HEADING.exec(line);
    if (heading) {
      found.push({ type: "heading", level: heading[1]!.length, text: this.#spans(heading[2] ?? "") });
      return at + 1;
    }
    if (RULE.test(line)) {
      found.push({ type: "rule" });
      return at + 1;
    }
    if (depth < DEEPEST && QUOTE.test(line)) return this.#quote(lines, at, depth, found);
    if (depth < DEEPEST && MARKER.test(line)) return this.#list(lines, at, depth, found);
    if (TAG.test(line)) return this.#html(lines, at, found);
    const under = lines[at + 1];
    if (line.includes("|") && under !== undefined && DELIMITERS.test(under) && under.includes("-"))
      if (cellsOf(line).length === cellsOf(under).length) return this.#table(lines, at, found);
    return this.#paragraph(lines, at, depth, found);
  }

  #fence(lines: readonly string[], at: number, [, indent, marks]: RegExpExecArray, found: Block[]): number {
    const isEnd = new RegExp(`^ {0,3}\\${marks![0]}{${marks!.length},} *$`);
    let end = at + 1;
    while (end < lines.length && !isEnd.test(lines[end]!)) end += 1;
    const strip = (line: string) => line.slice(Math.min(indent!.length, indentOf(line)));
    found.push({ type: "code", text: lines.slice(at + 1, end).map(strip).join("\n") });
    return end + 1;
  }

  #indented(lines: readonly string[], at: number, found: Block[]): number {
    let end = at;
    for (let next = at; next < lines.length && (isBlank(lines[next]!) || indentOf(lines[next]!) >= 4); next += 1)
      if (!isBlank(lines[next]!)) end = next;
    const text = lines.slice(at, end + 1).map((line) => line.slice(4));
    found.push({ type: "code", text: text.join("\n") });
    return end + 1;
  }

  #quote(lines: readonly string[], at: number, depth: number, found: Block[]): number {
    let end = at;
    while (end < lines.length && (QUOTE.test(lines[end]!) || goesOn(lines[end]!))) end += 1;
    const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ""));
    found.push({ type: "quote", blocks: this.blocks(inner, depth + 1) });
    return end;
  }

  #list(lines: readonly string[], at: number, depth: number, found: Block[]): number {
    const kind = kindOf(lines[at]!)!;
    const number = parseInt(MARKER.exec(lines[at]!)![2]!, 10);
    const items: Item[] = [];
    while (at < lines.length && kindOf(lines[at]!) === kind) {
      const [lead, , , space] = MARKER.exec(lines[at]!)!;
      const width = space === undefined ? lead.trimEnd().length + 1 : lead.length;
      let end = at + 1;
      while (end < lines.length && this.#belongs(lines, end, width)) end += 1;
      const inner = [lines[at]!.slice(lead.length), ...lines.slice(at + 1, end).map((line) => cut(line, width))];
      const task = TASK.exec(inner[0]!);
      if (task) inner[0] = inner[0]!.slice(task[0].length);
      items.push({ done: task ? task[1] !== " " : null, blocks: this.blocks(inner, depth + 1) });
      at = end;
      while (at < lines.length && isBlank(lines[at]!)) at += 1;
    }
    found.push({ type: "list", start: Number.isNaN(number) ? null : number, items });
    return at;
  }

  /** Whether a line is part of an item whose text begins at `width`. */
  #belongs(lines: readonly string[], at: number, width: number): boolean {
    const line = lines[at]!;
    if (isBlank(line)) {
      // one blank line may stand between what belongs together
      const next = lines[at + 1];
      return next !== undefined && (isBlank(next) ? false : indentOf(next) >= width);
    }
    return indentOf(line) >= width || (!isBlank(lines[at - 1]!) && goesOn(line));
  }

  #html(lines: readonly string[], at: number, found: Block[]): number {
    let end = at;
    while (end < lines.length && !isBlank(lines[end]!)) end += 1;
    found.push({ type: "html", text: lines.slice(at, end).join("\n").trim() });
    return end;
  }

  #table(lines: readonly string[], at: number, found: Block[]): number {
    const head = cellsOf(lines[at]!);
    let end = at + 2;
    while (end < lines.length && !isBlank(lines[end]!) && lines[end]!.includes("|")) end += 1;
    const rows = lines.slice(at + 2, end).map((line) => {
      const cells = cellsOf(line);
      return head.map((_, column) => this.#spans(cells[column] ?? ""));
    });
    found.push({ type: "table", head: head.map((cell) => this.#spans(cell)), rows });
    return end;
  }

  #paragraph(lines: readonly string[], at: number, depth: number, found: Block[]): number {
    let end = at + 1;
    while (end < lines.length && !isBlank(lines[end]!) && (goesOn(lines[end]!) || depth >= DEEPEST)) {
      const level = UNDERLINE.exec(lines[end]!)?.[1];
      if (level) {
        found.push({ type: "heading", level: level[0] === "=" ? 1 : 2, text: this.#joined(lines.slice(at, end)) });
        return end + 1;
      }
      end += 1;
    }
    const level = end < lines.length ? UNDERLINE.exec(lines[end]!)?.[1] : undefined;
    if (level) {
      found.push({ type: "heading", level: level[0] === "=" ? 1 : 2, text: this.#joined(lines.slice(at, end)) });
      return end + 1;
    }
    found.push({ type: "paragraph", text: this.#joined(lines.slice(at, end)) });
    return end;
  }
}
