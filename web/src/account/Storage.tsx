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
  const refusal = "Predictions and uploads are refused above it; ask the operator of this server for more.";
  return (
    <section class="panel settings" aria-labelledby="storage-title">
      <h2 class="section-title" id="storage-title">
        Storage
      </h2>
      <p class="hint" id="storage-use">
        Your inputs, outputs and files use {bytes(used)}
        {allowed !== null && ` of ${bytes(allowed)}`}.
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
          problem={{ title: isFull ? "Your storage is full" : "Your storage is almost full", detail: refusal }}
        />
      )}
    </section>
  );
}
