import type { VersionState } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { bytes, moment } from "./units";

interface Preparing {
  state: VersionState;
  reason: string | null;
  nextTryAt?: string | null;
  progress: { phase: string; bytes: number | string; totalBytes: number | string | null } | null;
}

/** Why a version cannot run, in a few words. */
export function preparation(version: Preparing | null | undefined): string {
  if (!version) return say.ui.noVersion;
  if (version.state === "REFUSED") return say.ui.refused(version.reason ?? say.ui.noReason);
  if (version.state !== "PREPARING") return "";
  if (version.reason)
    return version.nextTryAt
      ? say.ui.preparingAgainAt(version.reason, moment(version.nextTryAt))
      : say.ui.preparingAgain(version.reason);
  const { phase, bytes: done, totalBytes } = version.progress ?? {};
  const [some = "", all] = [done, totalBytes].filter((count) => count != null && Number(count) > 0).map(readable);
  return [say.ui.preparing, phase, all ? say.ui.amountOf(some, all) : some].filter(Boolean).join(", ");
}

const readable = (count: number | string | null | undefined): string => bytes(Number(count));
