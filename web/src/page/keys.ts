import { useEffect, useRef } from "preact/hooks";
import type { Run } from "../prediction/run";
import { go, route } from "./router";

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

const TYPED_IN = "input, textarea, select, [contenteditable]";

/** `/` goes to the search of models, from anywhere but where text is typed. */
export function useSearchKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.closest(TYPED_IN) !== null;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      const focus = () => document.getElementById("search")?.focus();
      if (route.value.page === "gallery") return focus();
      go("/");
      requestAnimationFrame(focus);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
