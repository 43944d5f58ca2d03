import { follow } from "./follow";
import { PredictionRowsDocument, type PredictionFilter, type PredictionRowsSubscription } from "./generated/graphql";

export type ChangedRow = PredictionRowsSubscription["predictions"];

export interface RowWatcher {
  onRow(row: ChangedRow): void;
  /** After a connection was lost: what changed meanwhile has to be asked for. */
  onGap(): void;
}

/** Tells of one's own predictions as they change, over lost connections. Returns how to stop. */
export const watchRows = (filter: PredictionFilter, { onRow, onGap }: RowWatcher): (() => void) =>
  follow<PredictionRowsSubscription>(
    PredictionRowsDocument,
    { filter },
    { onData: (data) => onRow(data.predictions), onGap },
  );
