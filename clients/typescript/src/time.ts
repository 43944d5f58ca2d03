const LONGEST_WAIT_MS = 5_000;

/** Waits; rejects with the signal's reason where that comes first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** How long to wait after so many failures in a row: longer each time, and never quite as long as others do. */
export function backoff(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, 200 * 2 ** failures) * (0.5 + Math.random() / 2);
}
