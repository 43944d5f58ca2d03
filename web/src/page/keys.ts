import { useEffect, useRef } from "preact/hooks";
import type { Run } from "../prediction/run";
import { go, route } from "./router";

/** Ctrl/Cmd+Enter runs, Esc cancels what runs, wherever the focus is. */
export function useRunKeys(run: Run, submit: () => Promise<void>): void {
  useKeys(submit, () => run.isActive.value && void run.cancel());
}

/** The keys of running and canceling; `cancel` says by false that there was nothing. An open dialog keeps its keys. */
export function useKeys(submit: () => Promise<void>, cancel: () => void | false): void {
  const latest = useRef({ submit, cancel });
  latest.current = { submit, cancel };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void latest.current.submit();
      } else if (event.key === "Escape" && latest.current.cancel() !== false) {
        event.preventDefault();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
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
      // right behind the rendering, and before the next key
      queueMicrotask(focus);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
