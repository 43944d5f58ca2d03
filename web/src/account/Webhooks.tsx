import { useEffect, useState } from "preact/hooks";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon, RetryIcon } from "../ui/icons";
import { predictionPath } from "../ui/router";
import { moment } from "../ui/units";
import { Deliveries, type Delivery } from "./deliveries";
import type { Profile } from "./profile";

export function Webhooks({ profile, secret }: { profile: Profile; secret: string | null }) {
  const [deliveries] = useState(() => new Deliveries());
  const [isShown, setShown] = useState(false);
  useEffect(() => void deliveries.load(), []);
  const rows = deliveries.rows.value;
  return (
    <section class="panel settings" aria-labelledby="webhooks-title">
      <h2 class="section-title" id="webhooks-title">
        Webhooks
      </h2>
      <p class="hint">
        A prediction with a <code>webhook</code> tells it what happens, signed with this secret.
      </p>
      {secret && (
        <div class="setting-row">
          <code class="secret">{isShown ? secret : `${secret.slice(0, 6)}${"•".repeat(20)}`}</code>
          <span class="setting-actions">
            <button type="button" class="button button-quiet" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? "Hide" : "Show"}
            </button>
            <CopyButton text={() => secret} icon={<CopyIcon />} name="Copy" />
            <button type="button" class="button button-quiet" onClick={() => void profile.rotateSecret()}>
              Rotate
            </button>
          </span>
        </div>
      )}
      {deliveries.problem.value && <Callout problem={deliveries.problem.value} />}
      <h3 class="setting-title">Deliveries</h3>
      {rows?.length === 0 && <p class="hint">None yet.</p>}
      {rows && rows.length > 0 && (
        <ul class="setting-list">
          {rows.map((row) => (
            <DeliveryView key={row.id} deliveries={deliveries} row={row} />
          ))}
        </ul>
      )}
      <div class="setting-actions">
        <button type="button" class="button button-quiet" onClick={() => void deliveries.load()}>
          Refresh
        </button>
        {deliveries.hasMore.value && (
          <button type="button" class="button button-quiet" onClick={() => void deliveries.more()}>
            Show more
          </button>
        )}
      </div>
    </section>
  );
}

function DeliveryView({ deliveries, row }: { deliveries: Deliveries; row: Delivery }) {
  const last = row.attempts.at(-1);
  return (
    <li class="setting-row" data-delivery={row.id}>
      <span class="setting-what">
        <span>
          <strong>{row.event.toLowerCase()}</strong>{" "}
          <span
            class="state"
            data-state={row.status === "DELIVERED" ? "READY" : row.status === "FAILED" ? "REFUSED" : ""}
          >
            {row.status.toLowerCase()}
          </span>{" "}
          <a href={predictionPath(row.prediction.id)}>prediction</a>
        </span>
        <span class="hint">{row.url}</span>
        <span class="hint">
          {[
            moment(row.createdAt),
            last && (last.error ?? `answered ${last.statusCode} in ${last.milliseconds} ms`),
            row.attempts.length > 1 && `${row.attempts.length} attempts`,
            row.nextAttemptAt && `next ${moment(row.nextAttemptAt)}`,
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      <button type="button" class="button" onClick={() => void deliveries.redeliver(row.id)}>
        <RetryIcon /> Redeliver
      </button>
    </li>
  );
}
