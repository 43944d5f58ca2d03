import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { bytes } from "../ui/units";
import type { Viewer } from "./profile";

/** The part of what may be stored above which a reader is warned. */
const NEARLY_FULL = 0.8;

/** How much of what one may store is used, with a warning before nothing more is taken. */
export function Storage({ use }: { use: NonNullable<Viewer["storage"]> }) {
  const used = Number(use.usedBytes);
  const allowed = use.allowedBytes === null ? null : Number(use.allowedBytes);
  const isFull = allowed !== null && used >= allowed;
  const isNearlyFull = allowed !== null && used >= allowed * NEARLY_FULL;
  return (
    <section class="panel settings" aria-labelledby="storage-title">
      <h2 class="section-title" id="storage-title">
        {say.account.storage}
      </h2>
      <p class="hint" id="storage-use">
        {allowed === null ? say.account.used(bytes(used)) : say.account.usedOf(bytes(used), bytes(allowed))}
      </p>
      {allowed !== null && (
        <meter
          class="meter"
          min={0}
          max={Math.max(allowed, 1)}
          high={allowed * NEARLY_FULL}
          optimum={0}
          value={used}
          aria-labelledby="storage-title"
          aria-describedby="storage-use"
        />
      )}
      {isNearlyFull && (
        <Callout
          tone={isFull ? "error" : "quiet"}
          problem={{
            title: isFull ? say.account.full : say.account.almostFull,
            detail: say.account.aboutFull,
          }}
        />
      )}
    </section>
  );
}
