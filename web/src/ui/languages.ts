import { locale } from "../messages/language";

/** What the reader calls a language, such as `pt-BR`. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([locale.value], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
