import { useSignalEffect } from "@preact/signals";
import { isTerminal, type Run } from "../prediction/run";

const NAME = "inference-server";

/** The tab's title says how the prediction stands, for those who look elsewhere meanwhile. */
export function useTitle(run: Run): void {
  useSignalEffect(() => {
    const prediction = run.prediction.value;
    if (!prediction) {
      document.title = NAME;
      return;
    }
    const status = isTerminal(prediction.status) ? prediction.status.toLowerCase() : "running";
    document.title = `${status} · ${prediction.model.slug} · ${NAME}`;
  });
}
