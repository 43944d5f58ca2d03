import { useEffect, useState } from "preact/hooks";
import { say } from "../messages/messages";
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
  useEffect(() => void deliveries.list.look(), []);
  const rows = deliveries.list.rows.value;
  return (
    <section class="panel settings" aria-labelledby="webhooks-title">
      <h2 class="section-title" id="webhooks-title">
        {say.account.webhooks}
      </h2>
      <p class="hint">{say.account.aboutWebhooks}</p>
      {secret && (
        <div class="setting-row">
          <code class="secret">{isShown ? secret : `${secret.slice(0, 6)}${"•".repeat(20)}`}</code>
          <span class="setting-actions">
            <button type="button" class="button button-quiet" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? say.account.hide : say.account.show}
            </button>
            <CopyButton text={() => secret} icon={<CopyIcon />} name={say.account.copy} />
            <button type="button" class="button button-quiet" onClick={() => void profile.rotateSecret()}>
              {say.account.rotate}
            </button>
          </span>
        </div>
      )}
      {deliveries.list.problem.value && <Callout problem={deliveries.list.problem.value} />}
      <h3 class="setting-title">{say.account.deliveries}</h3>
      {rows?.length === 0 && <p class="hint">{say.account.noneYet}</p>}
      {rows && rows.length > 0 && (
        <ul class="setting-list">
          {rows.map((row) => (
            <DeliveryView key={row.id} deliveries={deliveries} row={row} />
          ))}
        </ul>
      )}
      <div class="setting-actions">
        <button type="button" class="button button-quiet" onClick={() => void deliveries.list.look()}>
          {say.account.refresh}
        </button>
        {deliveries.list.hasMore.value && (
          <button type="button" class="button button-quiet" onClick={() => void deliveries.list.more()}>
            {say.ui.showMore}
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
          <a href={predictionPath(row.prediction.id)}>{say.account.prediction}</a>
        </span>
        <span class="hint">{row.url}</span>
        <span class="hint">
          {[
            moment(row.createdAt),
            last && (last.error ?? say.account.answered(last.statusCode, last.milliseconds)),
            row.attempts.length > 1 && say.account.attempts(row.attempts.length),
            row.nextAttemptAt && say.account.next(moment(row.nextAttemptAt)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      <button type="button" class="button" onClick={() => void deliveries.redeliver(row.id)}>
        <RetryIcon /> {say.account.redeliver}
      </button>
    </li>
  );
}
