import { h, type ComponentChildren, type VNode } from "preact";
import { say } from "../messages/messages";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon } from "../ui/icons";
import { read, type Block } from "./blocks";
import type { Span } from "./spans";

/** Below the page's own headings. */
const FIRST_LEVEL = 3;
const DEEPEST_LEVEL = 6;
const LINKABLE = /^(https?:\/\/|mailto:)/i;

/** Markdown as elements: no HTML is ever made, so that none in the text comes alive. */
export function MarkdownText({ text, isCopyable = false }: { text: string; isCopyable?: boolean }) {
  const headings = { last: FIRST_LEVEL - 1, isCopyable };
  return <>{read(text).map((one) => block(one, headings))}</>;
}

interface Headings {
  last: number;
  /** Whether code has a button that copies it. */
  isCopyable: boolean;
}

function block(one: Block, headings: Headings): ComponentChildren {
  switch (one.type) {
    case "heading":
      // A level is never skipped, whatever the text does: that is how screen readers find their way
      headings.last = Math.min(FIRST_LEVEL + one.level - 1, headings.last + 1, DEEPEST_LEVEL);
      return h(`h${headings.last}`, null, inline(one.text));
    case "paragraph":
      return <p>{inline(one.text)}</p>;
    case "code":
      return headings.isCopyable ? (
        <div class="code-box">
          <CopyButton text={() => one.text} icon={<CopyIcon />} name={say.ui.copy} />
          <Code text={one.text} />
        </div>
      ) : (
        <Code text={one.text} />
      );
    case "quote":
      return <blockquote>{one.blocks.map((inner) => block(inner, headings))}</blockquote>;
    case "list":
      return list(one, headings);
    case "table":
      return table(one);
    case "html":
      return isComment(one.text) ? null : <p class="raw-text">{one.text}</p>;
    case "rule":
      return <hr />;
    case "cut":
      return <p class="hint">{say.ui.textTooLong}</p>;
  }
}

/** What its writer wants nobody to see. */
const isComment = (text: string): boolean => text.startsWith("<!--") && text.indexOf("-->") === text.length - 3;

const Code = ({ text }: { text: string }) => (
  <pre tabIndex={0}>
    <code>{text}</code>
  </pre>
);

function list({ start, items }: Extract<Block, { type: "list" }>, headings: Headings): VNode {
  // of items that are a line each, no paragraphs are made
  const isTight = items.every(({ blocks }) => blocks.filter(({ type }) => type === "paragraph").length < 2);
  const shown = items.map(({ done, blocks }, index) => (
    <li key={index} class={done === null ? undefined : "task"}>
      {done !== null && (done ? "☑ " : "☐ ")}
      {blocks.map((one) => (isTight && one.type === "paragraph" ? inline(one.text) : block(one, headings)))}
    </li>
  ));
  return start === null ? <ul>{shown}</ul> : <ol start={start}>{shown}</ol>;
}

function table({ head, rows }: Extract<Block, { type: "table" }>): VNode {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={say.ui.table}>
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                {inline(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const inline = (spans: readonly Span[]): ComponentChildren => spans.map(span);

function span(one: Span): ComponentChildren {
  if (typeof one === "string") return one;
  switch (one.type) {
    case "code":
      return <code>{one.text}</code>;
    case "break":
      return <br />;
    case "link":
      // pictures too: those of other origins are not loaded; whoever wants to see one can go there
      return LINKABLE.test(one.to) ? (
        <a href={one.to} rel="nofollow noopener noreferrer">
          {inline(one.text)}
        </a>
      ) : (
        inline(one.text)
      );
    default:
      return h(one.type, null, inline(one.text));
  }
}
