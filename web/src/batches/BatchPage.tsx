import { useEffect, useState } from "preact/hooks";
import type { PredictionStatus } from "../api/generated/graphql";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { excerpt } from "../prediction/excerpt";
import { Callout } from "../ui/Callout";
import { DownloadIcon, RetryIcon } from "../ui/icons";
import { batchPath, go, modelPath, predictionPath, type Route } from "../ui/router";
import { reachable } from "../ui/Media";
import { moment } from "../ui/units";
import { Bar, countsOf } from "./Bar";
import { OneBatch } from "./one_batch";

import "../styles/batches.css";
import "../styles/history.css";

const STATUSES: readonly PredictionStatus[] = ["STARTING", "PROCESSING", "SUCCEEDED", "FAILED", "CANCELED", "ABORTED"];

export function BatchPage({ route }: { route: Route }) {
  const id = route.page === "batch" ? route.id : "";
  return <Shown key={id} id={id} />;
}

/** How a batch stands, live; its items, its results, and what may be done with it. */
function Shown({ id }: { id: string }) {
  const [batch] = useState(() => new OneBatch(id));
  const isIn = signedIn.value;
  useEffect(() => batch.watch(), [isIn]);
  const details = batch.details.value;
  if (batch.isMissing.value)
    return (
      <div class="stage">
        <h1 class="stage-title">{say.batches.missing}</h1>
        <p>{isIn ? say.batches.missingWhy : say.batches.signIn}</p>
        <p>
          <a class="button" href="/batches">
            {say.app.batches}
          </a>
        </p>
      </div>
    );
  if (!details)
    return batch.problem.value ? <Callout problem={batch.problem.value} /> : <p class="hint">{say.ui.loading}</p>;
  const { model, version, counts } = details;
  return (
    <div class="batches">
      <div class="page-head">
        <div class="page-line">
          <h1 class="page-title">
            {say.batches.titleOf}{" "}
            <a href={modelPath(model.slug, version.number)}>{`${model.slug}:${version.number}`}</a>
          </h1>
          <span class="badge" data-status={details.status} role="status">
            {details.cancelRequestedAt && !details.completedAt
              ? say.batches.canceling
              : say.batches.statuses[details.status]}
          </span>
        </div>
        <p class="hint">
          {say.batches.made(moment(details.createdAt))}
          {details.completedAt && ` · ${say.batches.ended(moment(details.completedAt))}`}
          {details.retryOf && (
            <>
              {" · "}
              <a href={batchPath(details.retryOf.id)}>{say.batches.retryOf}</a>
            </>
          )}
        </p>
      </div>
      <div class="panel settings">
        <Bar counts={counts} />
        <p>{countsOf(counts)}</p>
        {details.note && <p class="hint">{details.note}</p>}
        {details.reason && <p class="lacking">{details.reason}</p>}
        {batch.problem.value && <Callout problem={batch.problem.value} />}
        <Actions batch={batch} />
      </div>
      <InvalidLines batch={batch} />
      <Items batch={batch} />
    </div>
  );
}

function Actions({ batch }: { batch: OneBatch }) {
  const [isSure, setSure] = useState(false);
  const details = batch.details.value;
  if (!details) return null;
  const { counts, completedAt, cancelRequestedAt, results } = details;
  const retry = async () => {
    const made = await batch.retry();
    if (made !== null) go(batchPath(made));
  };
  const remove = async () => {
    if (await batch.delete()) go("/batches");
  };
  return (
    <div class="dialog-actions">
      <a class="button" href={reachable(results)} download="results.jsonl">
        <DownloadIcon /> {say.batches.results}
      </a>
      {!completedAt && !cancelRequestedAt && (
        <button type="button" class="button" onClick={() => void batch.cancel()}>
          {say.batches.cancel}
        </button>
      )}
      {completedAt && counts.failed + counts.aborted > 0 && (
        <button type="button" class="button" onClick={() => void retry()}>
          <RetryIcon /> {say.batches.retry}
        </button>
      )}
      {completedAt &&
        (isSure ? (
          <>
            <button type="button" class="button button-danger" onClick={() => void remove()}>
              {say.batches.deleteSure(counts.total)}
            </button>
            <button type="button" class="button button-quiet" onClick={() => setSure(false)}>
              {say.batches.keep}
            </button>
          </>
        ) : (
          <button type="button" class="button button-quiet" onClick={() => setSure(true)}>
            {say.batches.delete}
          </button>
        ))}
    </div>
  );
}

/** The lines that the model does not take, the first of them. */
function InvalidLines({ batch }: { batch: OneBatch }) {
  const lines = batch.details.value?.invalidLines.nodes ?? [];
  if (lines.length === 0) return null;
  return (
    <section class="panel settings" aria-labelledby="invalid-title">
      <h2 class="section-title" id="invalid-title">
        {say.batches.invalid}
      </h2>
      <ul class="setting-list">
        {lines.map(({ id, line, violations }) => (
          <li key={id}>
            <strong>{say.batches.line(line)}</strong>{" "}
            <span class="hint">{violations.map(({ path, message }) => `${path} ${message}`.trim()).join("; ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Items({ batch }: { batch: OneBatch }) {
  const rows = batch.items.value;
  return (
    <section aria-labelledby="items-title">
      <div class="filters">
        <h2 class="section-title" id="items-title">
          {say.batches.items}
        </h2>
        <label class="filter">
          <span class="visually-hidden">{say.batches.status}</span>
          <select
            class="input"
            value={batch.status.value ?? ""}
            onChange={(event) => void batch.look((event.currentTarget.value || null) as PredictionStatus | null)}
          >
            <option value="">{say.batches.all}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {say.batches.itemStatuses[status]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {rows?.length === 0 && <p class="hint">{say.batches.noItems}</p>}
      {rows && rows.length > 0 && (
        <ul class="panel rows">
          {rows.map((row) => (
            <li key={row.id} class="batch-row" data-prediction={row.id}>
              <span class="badge" data-status={row.status}>
                {say.batches.itemStatuses[row.status]}
              </span>
              <span class="row-what">
                <a class="row-link" href={predictionPath(row.id)}>
                  {excerpt(row.input)}
                </a>
                {row.error && <span class="row-words">{row.error.message}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {batch.hasMore.value && (
        <button type="button" class="button more" onClick={() => void batch.more()}>
          {say.ui.showMore}
        </button>
      )}
    </section>
  );
}
