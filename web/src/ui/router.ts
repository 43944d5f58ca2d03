import { computed, signal } from "@preact/signals";
import { ROOT, withoutRoot } from "../api/root";

export type Route =
  | { page: "gallery" }
  | { page: "model"; slug: string; version: number | null }
  | { page: "prediction"; id: string }
  | { page: "create" }
  | { page: "edit"; slug: string }
  | { page: "owner"; handle: string }
  | { page: "chat"; slug: string | null }
  | { page: "shared"; token: string }
  | { page: "history" }
  | { page: "pictures" }
  | { page: "compare" }
  | { page: "usage" }
  | { page: "batches" }
  | { page: "batch"; id: string }
  | { page: "experiments" | "performance"; slug: string }
  | { page: "account" }
  | { page: "admin" }
  | { page: "invitation" }
  | { page: "reset" }
  | { page: "sign-in" }
  | { page: "missing" };

const NAMED = [
  ...(["history", "pictures", "compare", "usage", "batches", "account"] as const),
  ...(["admin", "invitation", "reset", "sign-in"] as const),
];

/** The address as the page sees it, without its origin and the path below which the server is. */
export const address = signal("/");

const url = computed(() => new URL(address.value, location.origin));

export const query = computed(() => url.value.searchParams);
export const route = computed(() => routeOf(url.value));

export function routeOf({ pathname, searchParams }: URL): Route {
  const parts = pathname.split("/").slice(1).map(decoded);
  const [first, second, third] = parts;
  if (parts.length === 1 && first === "") return { page: "gallery" };
  const named = NAMED.find((name) => parts.length === 1 && first === name);
  if (named) return { page: named };
  if (first === "chat" && parts.length === 1) return { page: "chat", slug: null };
  if (first === "chat" && parts.length === 3 && second && third) return { page: "chat", slug: `${second}/${third}` };
  if (parts.length === 2 && first === "p" && second) return { page: "prediction", id: second };
  if (parts.length === 2 && first === "public" && second) return { page: "shared", token: second };
  if (parts.length === 2 && first === "batches" && second) return { page: "batch", id: second };
  if (parts.length === 3 && first === "models" && second && third) {
    const version = Number(searchParams.get("version"));
    const slug = `${second}/${third}`;
    return { page: "model", slug, version: Number.isInteger(version) && version > 0 ? version : null };
  }
  const part = (["edit", "experiments", "performance"] as const).find((name) => name === parts[3]);
  if (parts.length === 4 && first === "models" && second && third && part)
    return { page: part, slug: `${second}/${third}` };
  if (parts.length === 2 && first === "owners" && second) return { page: "owner", handle: second };
  if (parts.length === 1 && first === "new") return { page: "create" };
  return { page: "missing" };
}

export const editPath = (slug: string): string => `${modelPath(slug)}/edit`;

export const experimentsPath = (slug: string): string => `${modelPath(slug)}/experiments`;

export const ownerPath = (handle: string): string => `/owners/${encodeURIComponent(handle)}`;

export const predictionPath = (id: string): string => `/p/${encodeURIComponent(id)}`;

export const batchPath = (id: string): string => `/batches/${encodeURIComponent(id)}`;

export function modelPath(slug: string, version: number | null = null): string {
  const path = `/models/${slug.split("/").map(encodeURIComponent).join("/")}`;
  return version === null ? path : `${path}?version=${version}`;
}

/** Where one talks to a model; in a conversation of this browser where its id is given. */
export function chatPath(slug: string, id: string | null = null): string {
  const path = `/chat/${slug.split("/").map(encodeURIComponent).join("/")}`;
  return id === null ? path : `${path}?c=${encodeURIComponent(id)}`;
}

/** Shows another page; `replace` leaves no step for Back. */
export function go(to: string, { replace = false } = {}): void {
  if (to === address.value) return;
  history[replace ? "replaceState" : "pushState"](null, "", ROOT + to);
  address.value = to;
}

/** Shows a model that was renamed by its name of now: what has it by another leaves no step for Back. */
export function followName(asked: string, slug: string): void {
  const shown = route.value;
  if (asked === slug || !("slug" in shown) || shown.slug !== asked) return;
  go(address.value.replace(modelPath(asked), modelPath(slug)), { replace: true });
}

/** Changes the query of the address, without a step for Back; null and "" take a parameter away. */
export function amend(changes: Record<string, string | null>): void {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  go(url.value.pathname + (text ? `?${text}` : ""), { replace: true });
}

/** Keeps `address` true, and follows links of this page without loading it again. */
export function followAddress(): void {
  const read = () => (address.value = (withoutRoot(location.pathname) ?? "/") + location.search);
  read();
  const old = query.value.get("p");
  if (old !== null && url.value.pathname === "/") go(predictionPath(old), { replace: true });
  addEventListener("popstate", read);
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !isOurs(link) || !isPlain(event)) return;
    event.preventDefault();
    go((withoutRoot(link.pathname) ?? "/") + link.search);
    scrollTo(0, 0);
  });
}

const isPlain = (event: MouseEvent): boolean =>
  !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

function isOurs(link: HTMLAnchorElement): boolean {
  if (link.origin !== location.origin || link.target || link.hasAttribute("download") || link.hash) return false;
  const path = withoutRoot(link.pathname);
  return path !== null && routeOf(new URL(path + link.search, location.origin)).page !== "missing";
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
