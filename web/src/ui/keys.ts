import { useEffect, useRef } from "preact/hooks";

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
