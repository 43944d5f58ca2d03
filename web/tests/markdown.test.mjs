import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { marked } from "marked";
import { runnerImport } from "vite";

const ROOT = join(import.meta.dirname, "..", "..");
let read, MOST_NODES;

before(async () => {
  ({ read, MOST_NODES } = (await runnerImport(join(ROOT, "web/src/markdown/blocks.ts"))).module);
});

const flat = (text) => text.replace(/\s+/g, " ");

/** A tree in one line, without what is shown alike. */
function ours(blocks) {
  const line = (spans) =>
    spans
      .map((one) => {
        if (typeof one === "string") return one;
        if (one.type === "code") return `[code ${one.text}]`;
        if (one.type === "break") return "[br]";
        return `[${one.type}${one.to === undefined ? "" : ` ${one.to}`}: ${line(one.text)}]`;
      })
      .join("");
  return blocks.map((one) => {
    switch (one.type) {
      case "heading":
        return `h${one.level} ${flat(line(one.text))}`;
      case "paragraph":
        return `p ${flat(line(one.text))}`;
      case "code":
      case "html":
        return `${one.type} ${flat(one.text)}`;
      case "quote":
        return ["quote", ours(one.blocks)];
      case "list":
        return [`list ${one.start}`, one.items.map(({ done, blocks: inner }) => [done, ours(inner)])];
      case "table":
        return ["table", [one.head, ...one.rows].map((row) => row.map((cell) => flat(line(cell))))];
      default:
        return one.type;
    }
  });
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const plain = (text) => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);

/** The same of what a reader of all of CommonMark makes of a text. */
function theirs(tokens) {
  const line = (inner) =>
    (inner ?? [])
      .map((one) => {
        if (one.type === "codespan") return `[code ${one.text}]`;
        if (one.type === "br") return "[br]";
        if (one.type === "link" || one.type === "image")
          return `[link ${one.href}: ${one.tokens?.length ? line(one.tokens) : one.text}]`;
        if (one.type === "strong" || one.type === "em" || one.type === "del")
          return `[${one.type}: ${line(one.tokens)}]`;
        if (one.type === "html") return one.raw;
        return one.tokens ? line(one.tokens) : plain(one.text);
      })
      .join("");
  return tokens
    .filter(({ type }) => type !== "space" && type !== "def" && type !== "checkbox")
    .map((one) => {
      switch (one.type) {
        case "heading":
          return `h${one.depth} ${flat(line(one.tokens))}`;
        case "paragraph":
        case "text":
          return `p ${flat(one.tokens ? line(one.tokens.filter(({ type }) => type !== "checkbox")) : plain(one.text))}`;
        case "code":
          return `code ${flat(one.text)}`;
        case "html":
          return `html ${flat(one.text.trim())}`;
        case "blockquote":
          return ["quote", theirs(one.tokens)];
        case "list":
          return [
            `list ${one.ordered ? one.start : null}`,
            one.items.map((item) => [item.task ? Boolean(item.checked) : null, theirs(item.tokens)]),
          ];
        case "table":
          return ["table", [one.header, ...one.rows].map((row) => row.map((cell) => flat(line(cell.tokens))))];
        case "hr":
          return "rule";
        default:
          return one.type;
      }
    });
}

const alike = (text, name) => assert.deepEqual(ours(read(text)), theirs(marked.lexer(text)), name ?? text);

test("what is read of this repository's own pages is what a reader of all of CommonMark makes of them", async () => {
  const found = await readdir(ROOT, { recursive: true });
  const pages = found.filter((name) => name.endsWith(".md") && !/(^|\/)(node_modules|\.|build)/.test(name));
  assert.ok(pages.length > 15, String(pages));
  for (const page of pages) alike(await readFile(join(ROOT, page), "utf8"), page);
});

const CASES = [
  "# A title #\n\nSome **bold**, *em*, _em_, __bold__, ***both***, ~~gone~~ and `code <b>`.",
  "Setext\n===\n\nSmaller\n---\n\ntext\n***\n___",
  "soft\nbreak, hard  \nbreak, and\\\nanother",
  "- a\n  - b\n    more\n- c\n\n  second\n\n1. x\n2. y\n\n7) seven",
  "* a\n* b\n\n+ other list\n\n- [ ] open\n- [x] done",
  "- a\nlazy\n- b\n\ntext",
  "- ```\n  code\n  ```\n- > quote",
  "> quote\nlazy\n> - list\n>\n> > deeper\n\nend",
  "```py\nx = '<b>'\n```\n\n~~~~\n~~~\n~~~~\n\n    indented\n\n    code",
  "| a | b |\n|:--|--:|\n| 1 \\| 2 | **z** |\n| short |\n\na | b\n--|--\nc | d",
  '[link](https://a.example/x_(y) "title") [r][One] [one] ![p](x.png) <https://b.example> https://c.example/d.\n\n[one]: https://o.example',
  "snake_case_name, 2 * 3 * 4, a*b*c, \\*not\\*, **a `**` b**, `` a ` b ``, [no link], [a](b c)",
  "<script>alert(1)</script>\n\ntext <b>b</b> &lt;i&gt; &amp; more\n\n<!-- note -->\n\nend",
  "*a **b** c* **a *b* c** **a*b** *a",
  "<!-- note -->\n```sh\nx\n```\n<!-- of\n\ntwo --> rest\ntext\n\n<!-- open\n\n# in it",
];

test("what models' readmes hold is read alike", () => {
  for (const text of CASES) alike(text);
});

test("characters by their numbers are what they name, and nothing else is", () => {
  assert.deepEqual(read("&#65;&#x1f389;&#0;&copy;&nothing;"), [{ type: "paragraph", text: ["A🎉\ufffd©&nothing;"] }]);
});

test("a name of a character is looked up among those alone, not in what every object has", () => {
  const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => name.length <= 8);
  assert.ok(names.includes("valueOf") && names.includes("toString"));
  for (const name of names) assert.deepEqual(read(`&${name};`), [{ type: "paragraph", text: [`&${name};`] }]);
});

/** Blocks, items, cells and spans of a tree. */
function nodesOf(value) {
  let count = 0;
  const open = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (Array.isArray(one)) for (const inner of one) open.push(inner);
    else if (typeof one === "object" && one !== null) {
      count += 1;
      open.push(...Object.values(one));
    } else if (typeof one === "string") count += 1;
  }
  return count;
}

const isCut = (tree) => tree.at(-1)?.type === "cut";

test("a small text that says a large table becomes a bounded one, and what is left out is told", () => {
  const table = `${"|".repeat(1251)}\n${"|-".repeat(1250)}|\n${"|\n".repeat(2499)}`;
  const began = performance.now();
  const tree = read(table);
  assert.ok(performance.now() - began < 200, `${performance.now() - began} ms`);
  const [{ type, head, rows }] = tree;
  assert.deepEqual([type, head.length], ["table", 1250]);
  assert.ok(rows.length < 10);
  assert.ok(isCut(tree));
  assert.ok(!isCut(read("| a | b |\n|---|---|\n| 1 | 2 |")));
});

test("whatever a text says, its tree is bounded", () => {
  const pieces = ["x\n\n", "- a\n", "- - ", "> a\n\n", "# a\n", "*a* ", "`a` ", "[a](b) ", "a\\\n", "~~a~~", "_*", "|"];
  for (const piece of pieces) {
    const tree = read(piece.repeat(1_000_000 / piece.length));
    // what stands in emphasis was counted before it was wrapped
    assert.ok(nodesOf(tree) <= MOST_NODES * 4, `${JSON.stringify(piece)}: ${nodesOf(tree)} nodes`);
    assert.ok(isCut(tree), JSON.stringify(piece));
  }
});

test("no text takes long or breaks anything, and nothing goes deep", () => {
  const pieces = [
    ...'* _ ` [ ]( []( ![ < | > - \\ ~ # & ( " = $ : \n'.split(" "),
    ...[
      "> ",
      "- ",
      "1. ",
      "*a ",
      "**a",
      "*a_ ",
      "_a_b",
      "**_",
      "~~a",
      "`a",
      "``a",
      "a  \n",
      "a\n=",
      "- a\n  ",
      "|a|b|\n",
    ],
    ...[
      "[a](b ",
      "[a][",
      "[a]: b\n",
      "<a",
      "<a@",
      "http://",
      "```\n",
      "~~~",
      "&#1;",
      " ",
      "\t",
      "- - ",
      "* * *",
      "x\n\n",
    ],
    ...['[a]("', "[a](b (", "![a](<", "- ```\n", "|-", "*a **b ", " #", "<!--"],
  ];
  const deepest = (value) =>
    Array.isArray(value) || (value && typeof value === "object")
      ? 1 + Math.max(0, ...Object.values(value).map(deepest))
      : 0;
  for (const piece of pieces)
    for (const wrap of [
      (t) => `${t}x`,
      (t) => `- ${t}`,
      (t) => `|${t}|\n|-|\n`,
      (t) => t + [...t].reverse().join(""),
    ]) {
      const text = wrap(piece.repeat(50_000 / piece.length));
      const began = performance.now();
      const tree = read(text);
      const took = performance.now() - began;
      assert.ok(took < 1_000, `${JSON.stringify(text.slice(0, 12))} took ${Math.round(took)} ms`);
      assert.ok(deepest(tree) < 150, `${JSON.stringify(text.slice(0, 12))} is ${deepest(tree)} deep`);
    }
});
