/**
 * What the server's clock says, as far as its answers prove. Each bounds how far this clock is ahead of it from both
 * sides; what no answer contradicts is taken to agree, so that a right clock shows times to the millisecond.
 */

/** `Date` headers are whole seconds, and a server that is busy writes the one before. */
const COARSE_MS = 2_000;

/** Milliseconds that this clock is ahead, at least and at most. */
let least = -Infinity;
let most = Infinity;

/** Learns from an answer that was asked for and came at these times of this clock; `date` is its `Date` header. */
export function learnClock(date: string | null, askedAt: number, answeredAt: number): void {
  const at = Date.parse(date ?? "");
  if (Number.isNaN(at)) return;
  const [low, high] = [askedAt - at - COARSE_MS, answeredAt - at];
  const agrees = low <= most && high >= least;
  // else a clock was set meanwhile: what was known before is of no use any more
  least = agrees ? Math.max(least, low) : low;
  most = agrees ? Math.min(most, high) : high;
}

/** The time by the server's clock, in milliseconds since 1970. */
export const serverNow = (): number => Date.now() - Math.min(Math.max(0, least), most);
