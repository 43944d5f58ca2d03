import { useKeys } from "../ui/keys";
import type { Run } from "./run";

/** Ctrl/Cmd+Enter runs, Esc cancels what runs, wherever the focus is. */
export function useRunKeys(run: Run, submit: () => Promise<void>): void {
  useKeys(submit, () => run.isActive.value && void run.cancel());
}
