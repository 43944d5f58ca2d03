import { kindName } from "../ui/kinds";
import { seconds } from "../ui/units";
import type { QueueRow } from "./system";

/** Whether it has to be looked at: a queue of one class of devices alone is there while somebody needs it. */
const counts = (row: QueueRow): boolean => row.device === "ANY" || row.depth > 0 || row.running > 0;

/** What waits for workers, and for how long. */
export function Queues({ rows }: { rows: readonly QueueRow[] }) {
  return (
    <div class="panel table-box" tabIndex={0} role="region" aria-label="Queues">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Waiting</th>
            <th scope="col">Oldest</th>
            <th scope="col">Running</th>
            <th scope="col">Workers</th>
          </tr>
        </thead>
        <tbody>
          {rows.filter(counts).map((row) => (
            <tr key={row.name} data-queue={row.name}>
              <th scope="row">
                {kindName(row.kind)}
                {row.device !== "ANY" && <span class="hint"> on {row.device} only</span>}
              </th>
              <td>{row.depth.toLocaleString()}</td>
              <td>{row.oldestWaitingSeconds === null ? "–" : seconds(row.oldestWaitingSeconds)}</td>
              <td>{row.running.toLocaleString()}</td>
              <td>
                {row.workers === 0 && row.depth > 0 ? (
                  <strong class="lacking">no worker serves this queue</strong>
                ) : (
                  row.workers
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
