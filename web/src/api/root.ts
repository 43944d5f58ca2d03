/** Where the server's paths begin at this address: "", or "/ai" where a proxy serves it below a path. */
export const ROOT = document.documentElement.dataset["root"] ?? "";

/** A path of the browser's address as the server's pages have it; null where it is none of them. */
export function withoutRoot(pathname: string): string | null {
  if (pathname === ROOT) return "/";
  return pathname.startsWith(`${ROOT}/`) ? pathname.slice(ROOT.length) : null;
}

/** The name under which this browser keeps something: of servers at one host each keeps its own. */
export const storageName = (name: string): string => (ROOT ? `${ROOT}:${name}` : name);
