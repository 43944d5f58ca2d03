import { useEffect, useState } from "preact/hooks";
import type { UsageFieldsFragment, UsageGrouping } from "../api/generated/graphql";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { BarChart } from "../ui/BarChart";
import { Callout } from "../ui/Callout";
import { Fact } from "../ui/Fact";
import { DownloadIcon } from "../ui/icons";
import { amend, query } from "../ui/router";
import { day, money, number, seconds } from "../ui/units";
import { Budgets, Prices } from "./Budgets";
import { daysOf, Usage, type Asked } from "./usage";

import "../styles/chart.css";
import "../styles/usage.css";
import "../styles/history.css";

const SPANS = [7, 30, 90, 365];
const USUAL_DAYS = 30;
const TYPING_MS = 300;
const GROUPINGS: readonly UsageGrouping[] = ["DAY", "MODEL", "KEY"];

/** What one's predictions used and cost by day, model and key; for administrators, those of others too. */
export function UsagePage({ account }: { account: Account }) {
  const [usage] = useState(() => new Usage());
  const isIn = signedIn.value;
  const asked = askedFor(account.isAdmin.value);
  const { days, groupBy, user } = asked;
  useEffect(() => {
    if (!isIn) return;
    const timer = setTimeout(() => void usage.look(asked), usage.report.value === null ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [days, groupBy, user, isIn]);
  useEffect(() => {
    if (isIn) void usage.loadBudgets();
  }, [isIn]);
  if (!isIn)
    return (
      <div class="stage">
        <h1 class="stage-title">{say.app.usage}</h1>
        <p>{say.usage.signIn}</p>
      </div>
    );
  const report = usage.report.value;
  return (
    <div class="usage">
      <div class="page-head">
        <h1 class="page-title">{say.app.usage}</h1>
        <p class="hint">{say.usage.about}</p>
      </div>
      {usage.budgets.value.length > 0 && <Budgets budgets={usage.budgets.value} names={usage.keyNames.value} />}
      <Choice asked={asked} isAdmin={account.isAdmin.value} onSave={() => void usage.save(asked)} />
      {usage.problem.value && <Callout problem={usage.problem.value} />}
      {report && usage.daily.value && (
        <div class="panel usage-report" aria-busy={usage.busy.value}>
          <Sums report={report} />
          {Number(usage.daily.value.total.predictions) > 0 && <Daily report={usage.daily.value} days={days} />}
          <Groups report={report} groupBy={groupBy} />
        </div>
      )}
      {!report && !usage.problem.value && <p class="hint">{say.ui.loading}</p>}
      {usage.prices.value && <Prices list={usage.prices.value} />}
    </div>
  );
}

function askedFor(isAdmin: boolean): Asked {
  const days = Number(query.value.get("days"));
  const by = query.value.get("by")?.toUpperCase();
  const groupings: readonly string[] = isAdmin ? [...GROUPINGS, "USER"] : GROUPINGS;
  return {
    days: SPANS.includes(days) ? days : USUAL_DAYS,
    groupBy: groupings.includes(by ?? "") ? (by as UsageGrouping) : "DAY",
    user: isAdmin ? query.value.get("user") : null,
  };
}

function Choice({ asked, isAdmin, onSave }: { asked: Asked; isAdmin: boolean; onSave: () => void }) {
  const groupings = isAdmin && asked.user !== null ? [...GROUPINGS, "USER" as const] : GROUPINGS;
  return (
    <search class="filters">
      <label class="filter">
        <span class="hint">{say.usage.span}</span>
        <select
          class="input"
          value={String(asked.days)}
          onChange={(event) => amend({ days: event.currentTarget.value })}
        >
          {SPANS.map((days) => (
            <option key={days} value={String(days)}>
              {say.usage.lastDays(days)}
            </option>
          ))}
        </select>
      </label>
      <div class="segments" role="group" aria-label={say.usage.groupBy}>
        {groupings.map((by) => (
          <button
            key={by}
            type="button"
            class="segment"
            aria-pressed={asked.groupBy === by}
            onClick={() => amend({ by: by === "DAY" ? null : by.toLowerCase() })}
          >
            {say.usage.groupings[by]}
          </button>
        ))}
      </div>
      {isAdmin && <Whose user={asked.user} />}
      <button type="button" class="button" onClick={onSave}>
        <DownloadIcon /> CSV
      </button>
    </search>
  );
}

/** Whose usage an administrator looks at. */
function Whose({ user }: { user: string | null }) {
  return (
    <>
      <button
        type="button"
        class="segment segment-alone"
        aria-pressed={user !== null}
        // "" would be taken away from the address
        onClick={() => amend({ user: user === null ? "*" : null, by: null })}
      >
        {say.usage.everybody}
      </button>
      {user !== null && (
        <label class="filter">
          <span class="hint">{say.usage.user}</span>
          <input
            class="input"
            type="text"
            placeholder={say.usage.handle}
            autocapitalize="none"
            spellcheck={false}
            value={user === "*" ? "" : user}
            onInput={(event) => amend({ user: event.currentTarget.value.trim() || "*" })}
          />
        </label>
      )}
    </>
  );
}

function Sums({ report: { total, currency } }: { report: UsageFieldsFragment }) {
  const facts: readonly (readonly [string, string])[] = [
    [say.usage.predictions, number(Number(total.predictions))],
    [say.usage.running, seconds(Number(total.predictSeconds))],
    [say.usage.inputTokens, number(Number(total.inputTokens))],
    [say.usage.outputTokens, number(Number(total.outputTokens))],
    [say.usage.cost, money(total.amount, currency)],
  ];
  return (
    <dl class="metrics">
      {facts.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

/** The days as bars: by what they cost, or by their number where nothing cost anything. */
function Daily({ report, days }: { report: UsageFieldsFragment; days: number }) {
  const isFree = Number(report.total.amount) === 0;
  const bars = daysOf(report, days).map(({ day: of, used }) => ({
    name: day(of),
    value: Number((isFree ? used?.predictions : used?.amount) ?? 0),
    text: isFree ? say.usage.runs(Number(used?.predictions ?? 0)) : money(used?.amount ?? "0", report.currency),
  }));
  const ends = [bars[0]?.name ?? "", bars.at(-1)?.name ?? ""] as const;
  return <BarChart label={isFree ? say.usage.runsByDay : say.usage.costByDay} bars={bars} ends={ends} />;
}

function Groups({ report, groupBy }: { report: UsageFieldsFragment; groupBy: UsageGrouping }) {
  if (report.groups.length === 0) return <p class="hint">{say.usage.nothing}</p>;
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label={say.usage.groupings[groupBy]}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say.usage.groupings[groupBy]}</th>
              <th scope="col">{say.usage.predictions}</th>
              <th scope="col">{say.usage.running}</th>
              <th scope="col">{say.usage.inputTokens}</th>
              <th scope="col">{say.usage.outputTokens}</th>
              <th scope="col">{say.usage.cost}</th>
            </tr>
          </thead>
          <tbody>
            {report.groups.map(({ key, name, used }) => (
              <tr key={key} data-group={name ?? key}>
                <th scope="row">{nameOf(groupBy, key, name)}</th>
                <td>{number(Number(used.predictions))}</td>
                <td>{seconds(Number(used.predictSeconds))}</td>
                <td>{number(Number(used.inputTokens))}</td>
                <td>{number(Number(used.outputTokens))}</td>
                <td>{money(used.amount, report.currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.hasMore && <p class="hint">{say.usage.more}</p>}
    </>
  );
}

function nameOf(groupBy: UsageGrouping, key: string | null, name: string | null): string {
  if (groupBy === "DAY") return day(key ?? "");
  if (name) return name;
  return key === null ? say.usage.without[groupBy] : say.usage.deleted;
}
