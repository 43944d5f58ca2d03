import { useEffect, useRef } from "preact/hooks";
import type { Run } from "../prediction/run";

/** Ctrl/Cmd+Enter runs, Esc cancels, wherever the focus is; an open dialog keeps its keys. */
export function useRunKeys(run: Run, submit: () => Promise<void>): void {
  const latest = useRef(submit);
  latest.current = submit;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void latest.current();
      } else if (event.key === "Escape" && run.isActive.value) {
        event.preventDefault();
        void run.cancel();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [run]);
}
