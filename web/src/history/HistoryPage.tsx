import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { Confirm } from "../ui/Confirm";
import { amend, query } from "../ui/router";
import { filterOf, STATUSES } from "./filter";
import { History, type Row } from "../prediction/history";
import { Rows, RowsAwaited } from "../prediction/Rows";

import "../styles/history.css";

const TYPING_MS = 200;

/** What one ran before, and what runs now. */
export function HistoryPage() {
  const [history] = useState(() => new History());
  const isIn = signedIn.value;
  const words = (query.value.get("words") ?? "").trim();
  const asked = query.value.toString();
  useEffect(() => {
    if (!isIn) return;
    const filter = filterOf(query.value);
    const timer = setTimeout(() => void history.look(filter), history.rows.value === null ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [asked, isIn]);
  useEffect(() => () => history.rest(), []);

  if (!isIn) return <SignedOut />;
  return (
    <div class="history">
      <div class="page-head">
        <div class="page-line">
          <h1 class="page-title">{say.history.title}</h1>
          <a class="button" href="/pictures">
            {say.app.pictures}
          </a>
        </div>
      </div>
      <Filters />
      <Found history={history} words={words} isNarrowed={asked !== ""} />
    </div>
  );
}

function SignedOut() {
  return (
    <div class="stage">
      <h1 class="stage-title">{say.history.private}</h1>
      <p>{say.history.signIn}</p>
    </div>
  );
}

function Filters() {
  const status = query.value.get("status");
  const names: [string | null, string][] = [
    [null, say.history.all],
    ...Object.keys(STATUSES).map((name): [string, string] => [name, say.history.states[name] ?? name]),
  ];
  return (
    <search class="filters">
      <div class="segments" role="group" aria-label={say.history.state}>
        {names.map(([value, name]) => (
          <button
            key={name}
            type="button"
            class="segment"
            aria-pressed={status === value}
            onClick={() => amend({ status: value })}
          >
            {name}
          </button>
        ))}
      </div>
      <button
        type="button"
        class="button"
        aria-pressed={query.value.get("starred") === "yes"}
        onClick={() => amend({ starred: query.value.get("starred") === "yes" ? null : "yes" })}
      >
        <span aria-hidden="true">★</span> {say.history.starred}
      </button>
      <label class="filter">
        <span class="hint">{say.history.model}</span>
        <input
          class="input"
          type="text"
          placeholder="owner/name"
          autocapitalize="none"
          spellcheck={false}
          value={query.value.get("model") ?? ""}
          onInput={(event) => amend({ model: event.currentTarget.value })}
        />
      </label>
      <Day name="from" label={say.history.from} />
      <Day name="to" label={say.history.to} />
      <label class="filter">
        <span class="hint">{say.history.find}</span>
        <input
          class="input"
          type="search"
          maxLength={200}
          value={query.value.get("words") ?? ""}
          onInput={(event) => amend({ words: event.currentTarget.value })}
        />
      </label>
    </search>
  );
}

function Day({ name, label }: { name: string; label: string }) {
  return (
    <label class="filter">
      <span class="hint">{label}</span>
      <input
        class="input"
        type="date"
        value={query.value.get(name) ?? ""}
        onChange={(event) => amend({ [name]: event.currentTarget.value })}
      />
    </label>
  );
}

/** What can be done with several at once. */
function Chosen({ history, rows }: { history: History; rows: readonly Row[] }) {
  const chosen = rows.filter(({ id }) => history.chosen.value.has(id)).length;
  const running = history.active.value.filter(({ id }) => history.chosen.value.has(id)).length;
  const isBusy = history.canceling.value;
  return (
    <div class="chosen" role="group" aria-label={say.history.selection}>
      <button type="button" class="button" onClick={() => history.chooseAll(rows)}>
        {say.history.selectAll}
      </button>
      {history.active.value.length > 0 && (
        <>
          <button type="button" class="button" onClick={() => history.chooseActive()}>
            {say.history.selectRunning}
          </button>
          <button
            type="button"
            class="button"
            disabled={running === 0 || isBusy}
            onClick={() => void history.cancelChosen()}
          >
            {say.history.cancel(running)}
          </button>
        </>
      )}
      <Confirm
        name={say.history.remove(chosen)}
        question={say.history.removeAsk(chosen)}
        disabled={chosen === 0 || isBusy}
        onConfirm={() => history.deleteChosen(rows)}
      />
    </div>
  );
}

function Found({ history, words, isNarrowed }: { history: History; words: string; isNarrowed: boolean }) {
  const rows = history.rows.value;
  const problem = history.problem.value;
  if (rows === null) return problem ? <Callout problem={problem} /> : <RowsAwaited />;
  const hasMore = history.hasMore.value;
  return (
    <>
      {problem && <Callout problem={problem} />}
      {words !== "" && (
        <p class="hint" role="status">
          {say.history.findAbout}
        </p>
      )}
      {rows.length > 0 && <Chosen history={history} rows={rows} />}
      {rows.length > 0 ? <Rows history={history} rows={rows} isSelectable /> : <Nothing isNarrowed={isNarrowed} />}
      {hasMore && (
        <button type="button" class="button more" onClick={() => void history.more()}>
          {say.ui.showMore}
        </button>
      )}
    </>
  );
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <div class="stage">
      <h2 class="stage-title">{isNarrowed ? say.history.nothingFits : say.history.nothing}</h2>
      <p>{isNarrowed ? say.history.nothingFitsAbout : say.history.nothingAbout}</p>
      <p>
        <a class="button" href={isNarrowed ? "/history" : "/"}>
          {isNarrowed ? say.history.showAll : say.history.models}
        </a>
      </p>
    </div>
  );
}
