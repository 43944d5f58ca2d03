import { say } from "../messages/messages";
import { RetryIcon } from "../ui/icons";
import { predictionPath } from "../ui/router";
import { reachable } from "../ui/Media";
import { isTerminal } from "./run";
import { moment, seconds } from "../ui/units";
import type { History, Row } from "./history";
import { excerpt } from "./excerpt";

import "../styles/history.css";

interface Props {
  history: History;
  rows: readonly Row[];
  onRetry?: ((id: string) => void) | undefined;
  /** Whether those that ended can be selected too. */
  isSelectable?: boolean;
}

export function Rows({ history, rows, onRetry, isSelectable = false }: Props) {
  return (
    <ul class="rows panel" aria-busy={history.busy.value}>
      {rows.map((row) => (
        <RowView key={row.id} history={history} row={row} onRetry={onRetry} isSelectable={isSelectable} />
      ))}
    </ul>
  );
}

function RowView({ history, row, onRetry, isSelectable }: Omit<Props, "rows"> & { row: Row }) {
  const picture = row.files.find((file) => file.contentType.startsWith("image/"));
  const total = row.metrics.totalSeconds;
  const words = excerpt(row.input);
  return (
    <li class="row" data-prediction={row.id}>
      <span class="row-choice">
        {(isSelectable || !isTerminal(row.status)) && (
          <input
            type="checkbox"
            class="choice"
            aria-label={say.prediction.select(row.model.slug, words)}
            checked={history.chosen.value.has(row.id)}
            onChange={(event) => history.choose(row.id, event.currentTarget.checked)}
          />
        )}
      </span>
      <span class="badge" data-status={row.status}>
        {say.prediction.statuses[row.status]}
      </span>
      <span class="row-what">
        <a class="row-link" href={predictionPath(row.id)}>
          {row.model.slug}:{row.version.number}
        </a>
        <span class="row-words">{row.error ? row.error.message : words}</span>
      </span>
      {picture ? <img class="row-picture" src={reachable(picture.url)} alt="" loading="lazy" /> : <span />}
      <span class="row-when">
        {row.user && <span>{row.user.handle}</span>}
        <time dateTime={row.createdAt}>{moment(row.createdAt)}</time>
        <span class="row-took">{total === null ? "" : seconds(total)}</span>
        {isSelectable && (
          <>
            <a
              class="button button-icon button-quiet row-act"
              href={`${predictionPath(row.id)}?again=yes`}
              aria-label={say.prediction.rerunNamed(row.model.slug, words)}
              title={say.prediction.rerun}
            >
              <RetryIcon />
            </a>
            <button
              type="button"
              class="button button-icon button-quiet row-act"
              aria-label={say.prediction.starNamed(row.model.slug, words)}
              title={say.prediction.star}
              aria-pressed={row.isStarred}
              onClick={() => void history.star(row.id, !row.isStarred)}
            >
              <span aria-hidden="true">{row.isStarred ? "★" : "☆"}</span>
            </button>
          </>
        )}
        {onRetry && (
          <button
            type="button"
            class="button row-retry"
            aria-label={say.prediction.retryNamed(row.model.slug, words)}
            onClick={() => onRetry(row.id)}
          >
            <RetryIcon /> {say.prediction.retry}
          </button>
        )}
      </span>
    </li>
  );
}

export function RowsAwaited({ name = say.prediction.predictions }: { name?: string }) {
  return (
    <div class="rows panel" aria-busy="true" role="status" aria-label={say.prediction.loadingRows(name)}>
      {Array.from({ length: 5 }, (_, index) => (
        <div key={index} class="row row-awaited" aria-hidden="true">
          <span class="bone" />
        </div>
      ))}
    </div>
  );
}
