import type { PredictionFilter, PredictionStatus } from "../api/generated/graphql";

export const STATUSES: Readonly<Record<string, readonly PredictionStatus[]>> = {
  active: ["STARTING", "PROCESSING"],
  succeeded: ["SUCCEEDED"],
  failed: ["FAILED", "ABORTED"],
  canceled: ["CANCELED"],
};

/** The filter that an address asks for; days are those of the reader's clock. */
export function filterOf(query: URLSearchParams): PredictionFilter {
  const name = query.get("status") ?? "";
  const status = Object.hasOwn(STATUSES, name) ? STATUSES[name] : undefined;
  const from = startOf(query.get("from"), 0);
  const before = startOf(query.get("to"), 1);
  const model = query.get("model")?.trim();
  const text = query.get("words")?.trim();
  return {
    ...(status ? { status: [...status] } : {}),
    ...(model ? { model } : {}),
    ...(from ? { createdFrom: from } : {}),
    ...(before ? { createdBefore: before } : {}),
    ...(query.get("starred") === "yes" ? { starred: true } : {}),
    ...(text ? { text } : {}),
  };
}

function startOf(day: string | null, later: number): string | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? "");
  if (!parts) return null;
  const date = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
