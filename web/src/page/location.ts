const PARAMETER = "p";

/** The prediction that the address names. */
export const predictionInAddress = (): string | null => new URLSearchParams(location.search).get(PARAMETER);

export function putInAddress(id: string | null): void {
  const url = new URL(location.href);
  if (id === null) url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, id);
  if (url.href !== location.href) history.pushState(null, "", url);
}
