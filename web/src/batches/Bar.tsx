import { say } from "../messages/messages";
import type { BatchRow } from "./batches";

type Counts = BatchRow["counts"];

/** The states of items in the order in which a bar shows them. */
const PARTS = ["succeeded", "failed", "aborted", "canceled", "invalid", "deleted", "running"] as const;

/** How the items of a batch stand, each state as wide as its part of all. */
export function Bar({ counts }: { counts: Counts }) {
  let start = 0;
  return (
    <svg class="batch-bar" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label={countsOf(counts)}>
      {PARTS.map((part) => {
        const width = counts.total > 0 ? (counts[part] / counts.total) * 100 : 0;
        const x = start;
        start += width;
        return <rect key={part} data-part={part} x={x} y={0} width={width} height={1} />;
      })}
    </svg>
  );
}

/** The same in words. */
export function countsOf(counts: Counts): string {
  const ended = counts.total - counts.live;
  const named = PARTS.filter((part) => counts[part] > 0).map((part) => say.batches.parts[part](counts[part]));
  return [say.batches.endedOf(ended, counts.total), ...named].join(" · ");
}
