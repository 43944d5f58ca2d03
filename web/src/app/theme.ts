import { signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

const KEY = "theme";
const ORDER: readonly Theme[] = ["auto", "light", "dark"];

export const theme = signal<Theme>("auto");

function apply(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset["theme"] = next;
}

export function restoreTheme(): void {
  try {
    const kept = localStorage.getItem(KEY);
    apply(ORDER.find((known) => known === kept) ?? "auto");
  } catch {
    apply("auto");
  }
}

export function nextTheme(): void {
  const next = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? "auto";
  apply(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // the choice then lasts as long as the page
  }
}
