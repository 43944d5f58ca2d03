/** Does something now and then while the page is looked at, and at once when it is looked at again; returns how to end it. */
export function whileSeen(everyMs: number, act: () => void): () => void {
  let at = Date.now();
  const look = () => {
    // half: a timer may come a little early
    if (document.hidden || Date.now() - at < everyMs / 2) return;
    at = Date.now();
    act();
  };
  const timer = setInterval(look, everyMs);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
