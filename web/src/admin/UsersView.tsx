import { useEffect, useState } from "preact/hooks";
import { Callout } from "../ui/Callout";
import { SearchIcon } from "../ui/icons";
import { amend, query } from "../ui/router";
import { RowsAwaited } from "../prediction/Rows";
import { moment } from "../ui/units";
import { Users, type UserRow } from "./users";

const TYPING_MS = 200;

/** Who has an account here, found by handle or e-mail address; what is looked for stands in the address. */
export function UsersView() {
  const [users] = useState(() => new Users());
  const search = query.value.get("q") ?? "";
  useEffect(() => {
    const timer = setTimeout(() => void users.look(search), users.rows.value === null ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [search]);
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">Users</h1>
        <p class="hint" role="status">
          {users.rows.value === null || users.busy.value ? <>&nbsp;</> : counted(users.total.value, search !== "")}
        </p>
      </div>
      <search class="filters">
        <div class="search">
          <SearchIcon />
          <input
            type="search"
            class="input"
            placeholder="Handle or e-mail address"
            aria-label="Search users"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={search}
            onInput={(event) => amend({ q: event.currentTarget.value })}
          />
        </div>
      </search>
      <Found users={users} />
    </>
  );
}

const counted = (total: number, isNarrowed: boolean): string =>
  `${total.toLocaleString()} ${total === 1 ? "account" : "accounts"}${isNarrowed ? " found" : ""}`;

function Found({ users }: { users: Users }) {
  const rows = users.rows.value;
  const problem = users.problem.value;
  if (rows === null) return problem ? <Callout problem={problem} /> : <RowsAwaited name="users" />;
  return (
    <>
      {problem && <Callout problem={problem} />}
      {rows.length === 0 ? (
        <div class="stage">
          <h2 class="stage-title">No matching user</h2>
          <p>Handles and e-mail addresses are searched, any part of them.</p>
          <p>
            <button type="button" class="button" onClick={() => amend({ q: null })}>
              Show all
            </button>
          </p>
        </div>
      ) : (
        <ul class="panel people" aria-busy={users.busy.value}>
          {rows.map((row) => (
            <Person key={row.id} row={row} />
          ))}
        </ul>
      )}
      {users.hasMore.value && (
        <button type="button" class="button more" onClick={() => void users.more()}>
          Show more
        </button>
      )}
    </>
  );
}

function Person({ row }: { row: UserRow }) {
  return (
    <li class="person" data-user={row.handle}>
      <span class="person-who">
        <span>
          <strong>{row.handle}</strong>{" "}
          {row.isAdmin && (
            <span class="state" data-state="READY">
              administrator
            </span>
          )}
        </span>
        <span class="hint">{row.email}</span>
      </span>
      <dl class="metrics">
        <div>
          <dt>Predictions</dt>
          <dd>{(row.predictionCount ?? 0).toLocaleString()}</dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>{row.lastSeen === null ? "–" : <time dateTime={row.lastSeen}>{moment(row.lastSeen)}</time>}</dd>
        </div>
        <div>
          <dt>Since</dt>
          <dd>
            <time dateTime={row.createdAt}>{moment(row.createdAt)}</time>
          </dd>
        </div>
      </dl>
    </li>
  );
}
