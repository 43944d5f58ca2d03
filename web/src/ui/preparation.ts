import type { VersionState } from "../api/generated/graphql";
import { bytes } from "./units";

interface Preparing {
  state: VersionState;
  reason: string | null;
  progress: { phase: string; bytes: number | string; totalBytes: number | string | null } | null;
}

/** Why a version cannot run, in a few words. */
export function preparation(version: Preparing | null | undefined): string {
  if (!version) return "no version yet";
  if (version.state === "REFUSED") return `refused: ${version.reason ?? "no reason given"}`;
  if (version.state !== "PREPARING") return "";
  if (version.reason) return `preparing is tried again: ${version.reason}`;
  const { phase, bytes: done, totalBytes } = version.progress ?? {};
  const amount = [done, totalBytes].filter((count) => count != null && Number(count) > 0);
  return ["preparing", phase, amount.map((count) => bytes(Number(count))).join(" of ")].filter(Boolean).join(", ");
}
