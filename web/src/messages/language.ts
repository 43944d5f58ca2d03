import { computed, signal } from "@preact/signals";

/** The languages of the page, as each calls itself. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "language";
const isKnown = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);

/** What the page speaks; `speak` of `messages.ts` changes it. */
export const language = signal<Language>("en");

/** The language as the reader's region writes it, by which numbers and dates are formatted. */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.split("-")[0] === language.value && isTag(tag)) ?? language.value,
);

/** Whether formats know a tag as one: browsers on servers without a language call theirs `en-US@posix`. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** What the reader chose before, else the first language of the browser's (`Accept-Language`) that the page has. */
export function preferredLanguage(): Language {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // a browser that keeps nothing
  }
  const tags = [chosen ?? "", ...navigator.languages].map((tag) => tag.split("-")[0] ?? "");
  return tags.find(isKnown) ?? "en";
}

export function rememberLanguage(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // the choice then lasts as long as the page
  }
}
