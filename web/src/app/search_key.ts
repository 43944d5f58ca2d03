import { useEffect } from "preact/hooks";
import { go, route } from "../ui/router";

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
