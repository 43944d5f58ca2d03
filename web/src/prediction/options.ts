import { signal } from "@preact/signals";
import type { Priority } from "../api/generated/graphql";
import type { RunOptions } from "./run";

export const PRIORITIES: readonly Priority[] = ["HIGH", "NORMAL", "LOW"];

/** How the next run is to be run, beside its input, as a form holds it. */
export class OptionsForm {
  readonly priority = signal<Priority>("NORMAL");
  /** Seconds; "" for none. */
  readonly deadline = signal("");
  /** A URL; "" for none. */
  readonly webhook = signal("");

  /** What differs from what the server does by itself. */
  read(): RunOptions {
    const seconds = Number(this.deadline.value);
    const url = this.webhook.value.trim();
    return {
      ...(this.priority.value === "NORMAL" ? {} : { priority: this.priority.value }),
      ...(seconds > 0 ? { deadlineSeconds: Math.ceil(seconds) } : {}),
      ...(url === "" ? {} : { webhook: { url } }),
    };
  }
}
