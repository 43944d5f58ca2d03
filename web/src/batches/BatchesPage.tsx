import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { batchPath } from "../ui/router";
import { moment } from "../ui/units";
import { Batches, type BatchRow } from "./batches";
import { Bar, countsOf } from "./Bar";
import { NewBatch } from "./NewBatch";

import "../styles/batches.css";
import "../styles/history.css";

/** One model on many inputs: what was ordered, how far it is, and a new one. */
export function BatchesPage() {
  const [batches] = useState(() => new Batches());
  const isIn = signedIn.value;
  useEffect(() => (isIn ? batches.watch() : undefined), [isIn]);
  if (!isIn)
    return (
      <div class="stage">
        <h1 class="stage-title">{say.app.batches}</h1>
        <p>{say.batches.signIn}</p>
      </div>
    );
  const rows = batches.rows.value;
  return (
    <div class="batches">
      <div class="page-head">
        <h1 class="page-title">{say.app.batches}</h1>
        <p class="hint">{say.batches.about}</p>
      </div>
      <NewBatch />
      {batches.problem.value && <Callout problem={batches.problem.value} />}
      {rows === null && !batches.problem.value && <p class="hint">{say.ui.loading}</p>}
      {rows?.length === 0 && <p class="hint">{say.batches.none}</p>}
      {rows && rows.length > 0 && (
        <ul class="panel rows">
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </ul>
      )}
      {batches.hasMore.value && (
        <button type="button" class="button more" onClick={() => void batches.more()}>
          {say.ui.showMore}
        </button>
      )}
    </div>
  );
}

function Row({ row }: { row: BatchRow }) {
  return (
    <li class="batch-row" data-batch={row.id}>
      <span class="badge" data-status={row.status}>
        {say.batches.statuses[row.status]}
      </span>
      <span class="row-what">
        <a class="row-link" href={batchPath(row.id)}>
          {row.model.slug}:{row.version.number}
        </a>
        <span class="hint">{countsOf(row.counts)}</span>
      </span>
      <Bar counts={row.counts} />
      <time class="hint" dateTime={row.createdAt}>
        {moment(row.createdAt)}
      </time>
    </li>
  );
}
