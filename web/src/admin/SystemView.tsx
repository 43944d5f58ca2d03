import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { ResumeModelDocument } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { History } from "../prediction/history";
import { Rows, RowsAwaited } from "../prediction/Rows";
import { Callout } from "../ui/Callout";
import { go, modelPath, predictionPath } from "../ui/router";
import { moment } from "../ui/units";
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
        <h1 class="page-title">{say.admin.system}</h1>
        {system.server.value ? <Health server={system.server.value} /> : <p class="hint">&nbsp;</p>}
      </div>
      {system.problem.value && <Callout problem={system.problem.value} />}
      <h2 class="section-title">{say.admin.queues}</h2>
      {system.queues.value && <Queues rows={system.queues.value} past={system.past.value} />}
      {isAwaited && <Awaited name={say.admin.loadingQueues} />}
      <h2 class="section-title">{say.admin.workers}</h2>
      {workers?.length === 0 && <p class="hint">{say.admin.noWorker}</p>}
      {system.refusal.value && <Callout problem={system.refusal.value} />}
      <ul class="workers">
        {workers?.map((worker) => (
          <WorkerCard key={worker.id} worker={worker} system={system} />
        ))}
      </ul>
      {isAwaited && <Awaited name={say.admin.loadingWorkers} />}
      <Paused system={system} />
      <h2 class="section-title">{say.admin.failed}</h2>
      <Failed failed={failed} />
    </>
  );
}

/** Models whose predictions wait until somebody resumes them. */
function Paused({ system }: { system: System }) {
  const rows = system.paused.value;
  if (rows.length === 0) return null;
  return (
    <>
      <h2 class="section-title">{say.admin.paused}</h2>
      <ul class="panel people">
        {rows.map((row) => (
          <li key={row.id} class="person" data-paused={row.slug}>
            <span class="person-who">
              <a href={modelPath(row.slug)}>{row.slug}</a>
              <span class="hint">
                {[row.pausedAt && say.admin.pausedSince(moment(row.pausedAt)), row.pauseReason]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            <button
              type="button"
              class="button"
              aria-label={say.admin.resumeModel(row.slug)}
              onClick={() => void system.change(request(ResumeModelDocument, { input: { model: row.slug } }))}
            >
              {say.admin.resume}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Failed({ failed }: { failed: History }) {
  const rows = failed.rows.value;
  return (
    <>
      {failed.problem.value && <Callout problem={failed.problem.value} />}
      {rows === null && !failed.problem.value && <RowsAwaited />}
      {rows?.length === 0 && <p class="hint">{say.admin.none}</p>}
      {rows && rows.length > 0 && <Rows history={failed} rows={rows} onRetry={(id) => void retry(failed, id)} />}
      {failed.hasMore.value && (
        <button type="button" class="button more" onClick={() => void failed.more()}>
          {say.ui.showMore}
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
    <div class="panel awaited" aria-busy="true" role="status" aria-label={name}>
      <span class="bone" />
      <span class="bone bone-short" />
    </div>
  );
}

function Health({ server }: { server: ServerRow }) {
  const { database, redis, workers } = server.health;
  return <p class="hint">{say.admin.health(server.version, database, redis, workers)}</p>;
}
