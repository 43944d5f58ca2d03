import { useEffect, useState } from "preact/hooks";

/** A part of the page that is loaded only where it is shown: null until it is there, `false` where it does not come. */
export function useModule<T>(load: () => Promise<T>, isWanted = true): T | null | false {
  const [part, setPart] = useState<T | null | false>(null);
  useEffect(() => {
    let isShown = isWanted;
    if (isWanted)
      load().then(
        // a function, which a part may be itself, would be called for the next state
        (module) => isShown && setPart(() => module),
        () => isShown && setPart(false),
      );
    return () => void (isShown = false);
  }, [isWanted]);
  return part;
}
