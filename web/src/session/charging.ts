import { signal } from "@preact/signals";

/** Whether the server has prices, as it said when it was asked who is signed in. */
export const isCharging = signal(false);
