import { language, locale } from "./language";

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const formats = new Map<string, Intl.NumberFormat>();

/** A number as the reader's language writes it, with that many digits behind the point. */
export function number(value: number | bigint, digits = 0): string {
  const key = `${locale.value} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(value);
}

/** The form that the language has for a count: `plural(1, { one: "1 run", other: "many runs" })`. */
export const plural = (count: number, forms: Forms): string =>
  forms[new Intl.PluralRules(language.value).select(count)] ?? forms.other;
