import { say } from "../messages/messages";
import { kindName } from "../ui/kinds";
import { number, seconds } from "../ui/units";
import { Sparkline } from "../ui/Sparkline";
import type { Past, QueueRow } from "./system";

/** Whether it has to be looked at: a queue of one class of devices alone is there while somebody needs it. */
const counts = (row: QueueRow): boolean => row.device === "ANY" || row.depth > 0 || row.running > 0;

/** What waits for workers, and for how long. */
export function Queues({ rows, past }: { rows: readonly QueueRow[]; past: Past }) {
  return (
    <div class="panel table-box" tabIndex={0} role="region" aria-label={say.admin.queues}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.admin.queue}</th>
            <th scope="col">{say.admin.waiting}</th>
            <th scope="col">{say.admin.oldest}</th>
            <th scope="col">{say.admin.running}</th>
            <th scope="col">{say.admin.workers}</th>
            <th scope="col">{say.admin.lastMinutes}</th>
          </tr>
        </thead>
        <tbody>
          {rows.filter(counts).map((row) => (
            <tr key={row.name} data-queue={row.name}>
              <th scope="row">
                {kindName(row.kind)}
                {row.device !== "ANY" && <span class="hint"> {say.admin.onOnly(row.device)}</span>}
              </th>
              <td>{number(row.depth)}</td>
              <td>{row.oldestWaitingSeconds === null ? "–" : seconds(row.oldestWaitingSeconds)}</td>
              <td>{number(row.running)}</td>
              <td>
                {row.workers === 0 && row.depth > 0 ? (
                  <strong class="lacking">{say.admin.noWorkerServes}</strong>
                ) : (
                  row.workers
                )}
              </td>
              <td>
                <Sparkline values={past.get(row.name) ?? []} label={say.admin.waitingOverTime} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
