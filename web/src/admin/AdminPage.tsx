import { useEffect, useState } from "preact/hooks";
import { History } from "../history/history";
import { Rows, RowsAwaited } from "../history/Rows";
import { Callout } from "../page/Callout";
import { go, predictionPath } from "../page/router";
import type { Account } from "../session/account";
import { WorkerCard } from "./WorkerCard";
import { Workers, type ServerRow } from "./workers";

/** The whole system, for those who keep it. */
export function AdminPage({ account }: { account: Account }) {
  if (!account.isAdmin.value) {
    return (
      <div class="stage">
        <h1 class="stage-title">For administrators</h1>
        <p>Sign in as one to see workers, and what failed.</p>
      </div>
    );
  }
  return <System />;
}

function System() {
  const [workers] = useState(() => new Workers());
  const [failed] = useState(() => new History());
  useEffect(() => {
    void workers.watch();
    void failed.look({ status: ["FAILED", "ABORTED"], everybody: true });
    return () => {
      workers.rest();
      failed.rest();
    };
  }, []);
  const rows = workers.rows.value;
  return (
    <div class="admin">
      <div class="page-head">
        <h1 class="page-title">System</h1>
        {workers.server.value && <Health server={workers.server.value} />}
      </div>
      {workers.problem.value && <Callout problem={workers.problem.value} />}
      <h2 class="section-title">Workers</h2>
      {rows?.length === 0 && <p class="hint">No worker is alive: predictions are accepted and wait.</p>}
      <ul class="workers">
        {rows?.map((worker) => (
          <WorkerCard key={worker.id} worker={worker} names={workers.names.value} />
        ))}
      </ul>
      <h2 class="section-title">Failed predictions</h2>
      {failed.problem.value && <Callout problem={failed.problem.value} />}
      {failed.rows.value === null && !failed.problem.value && <RowsAwaited />}
      {failed.rows.value?.length === 0 && <p class="hint">None.</p>}
      {failed.rows.value && failed.rows.value.length > 0 && (
        <Rows history={failed} rows={failed.rows.value} onRetry={(id) => void retry(failed, id)} />
      )}
      {failed.hasMore.value && (
        <button type="button" class="button more" onClick={() => void failed.more()}>
          Show more
        </button>
      )}
    </div>
  );
}

async function retry(failed: History, id: string): Promise<void> {
  const made = await failed.retry(id);
  if (made !== null) go(predictionPath(made));
}

function Health({ server }: { server: ServerRow }) {
  const { database, redis, workers } = server.health;
  return (
    <p class="hint">
      inference-server {server.version} · database {database} · Redis {redis} · {workers}{" "}
      {workers === 1 ? "worker" : "workers"}
    </p>
  );
}
