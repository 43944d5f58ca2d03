import { PredictionRowsDocument, type PredictionFilter, type PredictionRowsSubscription } from "./generated/graphql";
import { connect, finalError, pause } from "./sockets";

export type ChangedRow = PredictionRowsSubscription["predictions"];

export interface RowWatcher {
  onRow(row: ChangedRow): void;
  /** After a connection was lost: what changed meanwhile has to be asked for. */
  onGap(): void;
}

/** Tells of one's own predictions as they change, over lost connections. Returns how to stop. */
export function watchRows(filter: PredictionFilter, watcher: RowWatcher): () => void {
  const stopped = new AbortController();
  void follow(filter, watcher, stopped.signal);
  return () => stopped.abort();
}

async function follow(filter: PredictionFilter, watcher: RowWatcher, stopped: AbortSignal): Promise<void> {
  const client = connect();
  stopped.addEventListener("abort", () => void client.dispose());
  const operation = { query: String(PredictionRowsDocument), variables: { filter } };
  for (let failures = 0; !stopped.aborted; failures += 1) {
    if (failures > 0) watcher.onGap();
    try {
      for await (const { data, errors } of client.iterate<PredictionRowsSubscription>(operation)) {
        if (errors?.length) throw errors;
        if (stopped.aborted) return;
        failures = 0;
        if (data) watcher.onRow(data.predictions);
      }
    } catch (error) {
      // a list that is not live is still a list; the next page that is asked for says what is wrong
      if (stopped.aborted || (await finalError(error))) return void client.dispose();
    }
    await pause(failures, stopped);
  }
}
