import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { Callout } from "../ui/Callout";
import { amend, query } from "../ui/router";
import { filterOf, STATUSES } from "./filter";
import { History } from "../prediction/history";
import { Rows, RowsAwaited } from "../prediction/Rows";

import "../styles/history.css";

const TYPING_MS = 200;

/** What one ran before, and what runs now. */
export function HistoryPage() {
  const [history] = useState(() => new History());
  const isIn = signedIn.value;
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
        <h1 class="page-title">History</h1>
      </div>
      <Filters />
      <Chosen history={history} />
      <Found history={history} isNarrowed={asked !== ""} />
    </div>
  );
}

function SignedOut() {
  return (
    <div class="stage">
      <h1 class="stage-title">Your history is private</h1>
      <p>Sign in to keep what you run here. A prediction made without an account is reachable by its link only.</p>
    </div>
  );
}

function Filters() {
  const status = query.value.get("status");
  const names: [string | null, string][] = [[null, "All"], ...Object.entries(STATUSES).map(nameOf)];
  return (
    <search class="filters">
      <div class="segments" role="group" aria-label="Status">
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
      <label class="filter">
        <span class="hint">Model</span>
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
      <Day name="from" label="From" />
      <Day name="to" label="To" />
    </search>
  );
}

const nameOf = ([key, { name }]: [string, { name: string }]): [string, string] => [key, name];

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

/** What can be done with several at once; there while something runs. */
function Chosen({ history }: { history: History }) {
  if (history.active.value.length === 0) return null;
  const count = history.active.value.filter(({ id }) => history.chosen.value.has(id)).length;
  return (
    <div class="chosen" role="group" aria-label="Running predictions">
      <button type="button" class="button" onClick={() => history.chooseActive()}>
        Select all that run
      </button>
      <button
        type="button"
        class="button"
        disabled={count === 0 || history.canceling.value}
        onClick={() => void history.cancelChosen()}
      >
        Cancel {count} selected
      </button>
    </div>
  );
}

function Found({ history, isNarrowed }: { history: History; isNarrowed: boolean }) {
  const rows = history.rows.value;
  const problem = history.problem.value;
  if (rows === null) return problem ? <Callout problem={problem} /> : <RowsAwaited />;
  return (
    <>
      {problem && <Callout problem={problem} />}
      {rows.length > 0 ? <Rows history={history} rows={rows} /> : <Nothing isNarrowed={isNarrowed} />}
      {history.hasMore.value && (
        <button type="button" class="button more" onClick={() => void history.more()}>
          Show more
        </button>
      )}
    </>
  );
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <div class="stage">
      <h2 class="stage-title">{isNarrowed ? "Nothing fits that" : "Nothing yet"}</h2>
      <p>{isNarrowed ? "Other days, models or states may have more." : "Run a model, and it appears here at once."}</p>
      <p>
        <a class="button" href={isNarrowed ? "/history" : "/"}>
          {isNarrowed ? "Show all" : "Models"}
        </a>
      </p>
    </div>
  );
}
