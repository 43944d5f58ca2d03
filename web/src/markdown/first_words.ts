import { locale } from "../messages/language";
import { say } from "../messages/messages";

const LONGEST = 180;
/** Characters that are looked at: links and marks among them are not shown. */
const READ = LONGEST * 10;

/** The first paragraph of a Markdown text as plain words, for where there is room for a sentence. */
export function firstWords(markdown: string): string {
  const paragraphs = markdown
    .slice(0, READ)
    .split(/\n\s*\n/)
    .map((text) => text.trim());
  const first = paragraphs.find((text) => text !== "" && !/^(#|```|~~~|\||<|!\[|[-*_]{3,}$)/.test(text)) ?? "";
  const plain = first
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|`)/g, "")
    .replace(/(^|[^*\w])\*([^*\s][^*]*)\*(?![*\w])/g, "$1$2")
    .replace(/\s+/g, " ");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST).replace(/\s+\S*$/, "")} …` : plain;
}

/** How often a model was run, in words. */
export function runs(count: number | string): string {
  const format = new Intl.NumberFormat(locale.value, { notation: "compact", maximumFractionDigits: 1 });
  return say.ui.runs(Number(count), format.format(Number(count)));
}
