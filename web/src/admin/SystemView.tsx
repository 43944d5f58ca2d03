import { useEffect, useState } from "preact/hooks";
import { History } from "../prediction/history";
import { Rows, RowsAwaited } from "../prediction/Rows";
import { Callout } from "../ui/Callout";
import { go, predictionPath } from "../ui/router";
import { Queues } from "./Queues";
import { System, type ServerRow } from "./system";
import { WorkerCard } from "./WorkerCard";

/** What waits, who works, and what failed. */
export function SystemView() {
  const [system] = useState(() => new System());
  const [failed] = useState(() => new History());
  useEffect(() => {
    const stop = system.watch();
    void failed.look({ status: ["FAILED", "ABORTED"], everybody: true });
    return () => {
      stop();
      failed.rest();
    };
  }, []);
  const workers = system.workers.value;
  const isAwaited = workers === null && !system.problem.value;
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">System</h1>
        {system.server.value ? <Health server={system.server.value} /> : <p class="hint">&nbsp;</p>}
      </div>
      {system.problem.value && <Callout problem={system.problem.value} />}
      <h2 class="section-title">Queues</h2>
      {system.queues.value && <Queues rows={system.queues.value} />}
      {isAwaited && <Awaited name="queues" />}
      <h2 class="section-title">Workers</h2>
      {workers?.length === 0 && <p class="hint">No worker is running. Predictions are accepted and wait.</p>}
      {system.refusal.value && <Callout problem={system.refusal.value} />}
      <ul class="workers">
        {workers?.map((worker) => (
          <WorkerCard key={worker.id} worker={worker} system={system} />
        ))}
      </ul>
      {isAwaited && <Awaited name="workers" />}
      <h2 class="section-title">Failed predictions</h2>
      <Failed failed={failed} />
    </>
  );
}

function Failed({ failed }: { failed: History }) {
  const rows = failed.rows.value;
  return (
    <>
      {failed.problem.value && <Callout problem={failed.problem.value} />}
      {rows === null && !failed.problem.value && <RowsAwaited />}
      {rows?.length === 0 && <p class="hint">None.</p>}
      {rows && rows.length > 0 && <Rows history={failed} rows={rows} onRetry={(id) => void retry(failed, id)} />}
      {failed.hasMore.value && (
        <button type="button" class="button more" onClick={() => void failed.more()}>
          Show more
        </button>
      )}
    </>
  );
}

async function retry(failed: History, id: string): Promise<void> {
  const made = await failed.retry(id);
  if (made !== null) go(predictionPath(made));
}

function Awaited({ name }: { name: string }) {
  return (
    <div class="panel awaited" aria-busy="true" role="status" aria-label={`Loading ${name}`}>
      <span class="bone" />
      <span class="bone bone-short" />
    </div>
  );
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
