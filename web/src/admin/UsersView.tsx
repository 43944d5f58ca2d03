import { useEffect, useState } from "preact/hooks";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { SearchIcon } from "../ui/icons";
import { amend, query } from "../ui/router";
import { RowsAwaited } from "../prediction/Rows";
import { moment, number } from "../ui/units";
import { UserPanel } from "./UserPanel";
import { Users, type UserRow } from "./users";

const TYPING_MS = 200;

/** Who has an account here, found by handle or e-mail address; what is looked for stands in the address. */
export function UsersView() {
  const [users] = useState(() => new Users());
  const search = query.value.get("q") ?? "";
  useEffect(() => {
    const timer = setTimeout(() => void users.look(search), users.list.rows.value === null ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [search]);
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">{say.admin.users}</h1>
        <p class="hint" role="status">
          {users.list.rows.value === null || users.list.isBusy.value ? (
            <>&nbsp;</>
          ) : (
            say.admin.accounts(users.list.total.value, search !== "")
          )}
        </p>
      </div>
      <search class="filters">
        <div class="search">
          <SearchIcon />
          <input
            type="search"
            class="input"
            placeholder={say.admin.handleOrEmail}
            aria-label={say.admin.searchUsers}
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

function Found({ users }: { users: Users }) {
  const rows = users.list.rows.value;
  const problem = users.list.problem.value;
  if (rows === null) return problem ? <Callout problem={problem} /> : <RowsAwaited name={say.admin.users} />;
  return (
    <>
      {problem && <Callout problem={problem} />}
      {rows.length === 0 ? (
        <div class="stage">
          <h2 class="stage-title">{say.admin.noUser}</h2>
          <p>{say.admin.noUserWhy}</p>
          <p>
            <button type="button" class="button" onClick={() => amend({ q: null })}>
              {say.admin.showAll}
            </button>
          </p>
        </div>
      ) : (
        <ul class="panel people" aria-busy={users.list.isBusy.value}>
          {rows.map((row) => (
            <Person key={row.id} row={row} onChange={() => void users.look(query.value.get("q") ?? "")} />
          ))}
        </ul>
      )}
      {users.list.hasMore.value && (
        <button type="button" class="button more" onClick={() => void users.list.more()}>
          {say.ui.showMore}
        </button>
      )}
    </>
  );
}

function Person({ row, onChange }: { row: UserRow; onChange: () => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li class="person" data-user={row.handle}>
      <span class="person-who">
        <span>
          <strong>{row.handle}</strong>{" "}
          {row.isAdmin && (
            <span class="state" data-state="READY">
              {say.admin.administrator}
            </span>
          )}
        </span>
        <span class="hint">{row.email}</span>
      </span>
      <dl class="metrics">
        <div>
          <dt>{say.admin.predictions}</dt>
          <dd>{number(row.predictionCount ?? 0)}</dd>
        </div>
        <div>
          <dt>{say.admin.lastSeen}</dt>
          <dd>{row.lastSeen === null ? "–" : <time dateTime={row.lastSeen}>{moment(row.lastSeen)}</time>}</dd>
        </div>
        <div>
          <dt>{say.admin.since}</dt>
          <dd>
            <time dateTime={row.createdAt}>{moment(row.createdAt)}</time>
          </dd>
        </div>
      </dl>
      <button
        type="button"
        class="button"
        aria-expanded={isOpen}
        aria-label={say.admin.manage(row.handle)}
        onClick={() => setOpen(!isOpen)}
      >
        {say.admin.change}
      </button>
      {isOpen && <UserPanel id={row.id} onChange={onChange} />}
    </li>
  );
}
