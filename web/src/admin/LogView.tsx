import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { AuditLogDocument, type AuditLogQuery, type AuditSubjectType } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { amend, query } from "../ui/router";
import { moment } from "../ui/units";
import { Paged } from "../api/paged";
import { PagedList } from "./PagedList";

type Row = AuditLogQuery["auditEvents"]["nodes"][number];

const PAGE = 50;
const TYPING_MS = 300;
const SUBJECTS: readonly AuditSubjectType[] = [
  "USER",
  "API_KEY",
  "INVITATION",
  "MODEL",
  "PREDICTION",
  "BATCH",
  "WORKER",
  "SERVER",
];

/** Who did what to what, newest first; what is looked for stands in the address. */
export function LogView() {
  const actor = query.value.get("actor") ?? "";
  const subject = query.value.get("subject") ?? "";
  const type = SUBJECTS.find((known) => known === query.value.get("type")) ?? null;
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">{say.admin.log}</h1>
        <p class="hint">{say.admin.aboutLog}</p>
      </div>
      <search class="filters">
        {(["actor", "subject"] as const).map((name) => (
          <label key={name} class="filter">
            <span class="hint">{say.admin.logFilters[name]}</span>
            <input
              class="input"
              type="text"
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              value={query.value.get(name) ?? ""}
              onInput={(event) => amend({ [name]: event.currentTarget.value })}
            />
          </label>
        ))}
        <label class="filter">
          <span class="hint">{say.admin.logFilters.type}</span>
          <select class="input" value={type ?? ""} onChange={(event) => amend({ type: event.currentTarget.value })}>
            <option value="">{say.admin.anything}</option>
            {SUBJECTS.map((name) => (
              <option key={name} value={name}>
                {worded(name)}
              </option>
            ))}
          </select>
        </label>
      </search>
      <Events key={`${actor} ${subject} ${type}`} actor={actor} subject={subject} type={type} />
    </>
  );
}

/** A name of the API as words: `API_KEY_CREATED` is "api key created". */
const worded = (name: string): string => name.toLowerCase().replaceAll("_", " ");

function Events({ actor, subject, type }: { actor: string; subject: string; type: AuditSubjectType | null }) {
  const [list] = useState(
    () =>
      new Paged<Row>(async (after) => {
        const filter = { actor: actor || null, subject: subject || null, subjectType: type };
        return (await request(AuditLogDocument, { first: PAGE, after, filter })).auditEvents;
      }),
  );
  useEffect(() => {
    const timer = setTimeout(() => void list.look(), actor || subject ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, []);
  return (
    <PagedList list={list} name={say.admin.log} empty={say.admin.nothingLogged}>
      {(row) => (
        <li key={row.id} class="person log-row" data-action={row.action}>
          <span class="person-who">
            <span>
              <strong>{row.actor}</strong> {worded(row.action)} {row.subject && <code>{row.subject}</code>}
            </span>
            <span class="hint">{[worded(row.door), row.address].filter(Boolean).join(" · ")}</span>
          </span>
          <time class="hint" dateTime={row.createdAt}>
            {moment(row.createdAt)}
          </time>
          {(row.before !== null || row.after !== null) && (
            <details>
              <summary class="hint">{say.admin.change}</summary>
              <pre class="log-change" tabIndex={0}>
                {JSON.stringify({ before: row.before, after: row.after }, null, 2)}
              </pre>
            </details>
          )}
        </li>
      )}
    </PagedList>
  );
}
