import { Lexer, type Token, type Tokens } from "marked";
import { h, type ComponentChildren, type VNode } from "preact";

/** Below the page's own headings. */
const FIRST_LEVEL = 3;
const DEEPEST_LEVEL = 6;
const LINKABLE = /^(https?:\/\/|mailto:)/i;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: "\u00a0" };

/** Markdown as elements, built from its tokens: no HTML is ever made, so that none in the text comes alive. */
export function MarkdownText({ text }: { text: string }) {
  const headings = { last: FIRST_LEVEL - 1 };
  return <>{new Lexer({ gfm: true }).lex(text).map((token) => block(token, headings))}</>;
}

interface Headings {
  last: number;
}

function block(token: Token, headings: Headings): ComponentChildren {
  switch (token.type) {
    case "heading":
      return heading(token as Tokens.Heading, headings);
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "text":
      return "tokens" in token && token.tokens ? inline(token.tokens) : plain(token.text);
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{token.tokens?.map((inner) => block(inner, headings))}</blockquote>;
    case "list":
      return list(token as Tokens.List, headings);
    case "table":
      return table(token as Tokens.Table);
    case "hr":
      return <hr />;
    case "html":
      return <p class="raw-text">{token.text.trim()}</p>;
    default:
      return null;
  }
}

/** A level is never skipped, whatever the text does: that is how screen readers find their way. */
function heading({ depth, tokens }: Tokens.Heading, headings: Headings): VNode {
  headings.last = Math.min(FIRST_LEVEL + depth - 1, headings.last + 1, DEEPEST_LEVEL);
  return h(`h${headings.last}`, null, inline(tokens));
}

function list(token: Tokens.List, headings: Headings): VNode {
  const items = token.items.map((item, index) => (
    <li key={index} class={item.task ? "task" : undefined}>
      {item.task && (item.checked ? "☑ " : "☐ ")}
      {item.tokens.map((inner) => block(inner, headings))}
    </li>
  ));
  return token.ordered ? <ol start={token.start === "" ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function table({ header, rows }: Tokens.Table): VNode {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {header.map((cell, index) => (
              <th key={index} scope="col">
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const inline = (tokens: readonly Token[] | undefined): ComponentChildren => (tokens ?? []).map(span);

function span(token: Token): ComponentChildren {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token.href, inline(token.tokens));
    case "image":
      // pictures of other origins are not loaded; whoever wants to see one can go there
      return link(token.href, token.text || token.href);
    case "escape":
      return token.text;
    case "text":
      return "tokens" in token && token.tokens ? inline(token.tokens) : plain(token.text);
    default:
      return token.raw;
  }
}

function link(href: string, shown: ComponentChildren): ComponentChildren {
  if (!LINKABLE.test(href)) return shown;
  return (
    <a href={href} rel="nofollow noopener noreferrer">
      {shown}
    </a>
  );
}

const plain = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
