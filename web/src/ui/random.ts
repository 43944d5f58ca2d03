/** 128 random bits in hex; works on plain http too, where `crypto.randomUUID` does not exist. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A whole number from `low` to `high`, both included. */
export function randomInteger(low: number, high: number): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1));
  return low + Math.floor((bits / 2 ** 32) * (high - low + 1));
}
