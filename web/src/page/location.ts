const PARAMETER = "p";

/** The prediction that the address names, as `?p=<id>` or `/p/<id>`. */
export function predictionInAddress(): string | null {
  const [, inPath] = /^\/p\/([^/]+)$/.exec(location.pathname) ?? [];
  return new URLSearchParams(location.search).get(PARAMETER) ?? (inPath ? decodeURIComponent(inPath) : null);
}

export function putInAddress(id: string | null): void {
  const url = new URL("/", location.href);
  if (id !== null) url.searchParams.set(PARAMETER, id);
  if (url.href !== location.href) history.pushState(null, "", url);
}
