import { number } from "../messages/counts";
import { locale } from "../messages/language";

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

export { number };

export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const scaled = count / 1000 ** power;
  return `${number(scaled, power > 0 && scaled < 10 ? 1 : 0)} ${BYTE_UNITS[power]}`;
}

export function seconds(value: number): string {
  if (value < 0.0995) return `${Math.round(value * 1000)} ms`;
  if (value < 9.95) return `${number(value, 1)} s`;
  if (value < 59.5) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const rate = (value: number): string => number(value, value < 10 ? 1 : 0);

/** A share of one, as per cent. */
export const percent = (share: number, digits = 0): string => `${number(share * 100, digits)} %`;

const MOST_DIGITS = 10;

/** An amount of money, all of its digits: `amount` is the decimal that the API gives. */
export function money(amount: string, currency: string): string {
  const digits = Math.min(MOST_DIGITS, Math.max(2, amount.split(".")[1]?.replace(/0+$/, "").length ?? 0));
  const format = new Intl.NumberFormat(locale.value, { style: "currency", currency, minimumFractionDigits: digits });
  return format.format(amount as Intl.StringNumericLiteral);
}

/** A point in time as the reader's language and zone have it. */
export const moment = (iso: string): string =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

/** A date without a time, as `2026-11-30`, in the reader's language. */
export const day = (date: string): string =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(date));
