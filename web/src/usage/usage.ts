import { batch, signal } from "@preact/signals";
import { request } from "../api/client";
import {
  AllUsageDocument,
  OwnBudgetsDocument,
  OwnUsageDocument,
  type BudgetFieldsFragment,
  type PriceListFieldsFragment,
  type UsageFieldsFragment,
  type UsageGrouping,
} from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";
import { ROOT } from "../api/root";
import { freshToken } from "../api/refresh";

const DAY_MS = 86_400_000;

/** Whose usage is looked at, since when, and by what it is added up. */
export interface Asked {
  days: number;
  groupBy: UsageGrouping;
  /** Null: one's own; "*": everybody's; else a user's. */
  user: string | null;
}

/** The whole days, in UTC, that end with today. */
function period(days: number): { from: string; to: string } {
  const end = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS;
  return { from: new Date(end - days * DAY_MS).toISOString(), to: new Date(end).toISOString() };
}

/** What predictions used and cost, and what they may cost. */
export class Usage {
  readonly report = signal<UsageFieldsFragment | null>(null);
  /** What belongs to the days, whatever else is shown. */
  readonly daily = signal<UsageFieldsFragment | null>(null);
  readonly budgets = signal<readonly BudgetFieldsFragment[]>([]);
  readonly keyNames = signal<ReadonlyMap<string, string>>(new Map());
  readonly prices = signal<PriceListFieldsFragment | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  #turn = 0;

  async look(asked: Asked): Promise<void> {
    const turn = ++this.#turn;
    this.busy.value = true;
    try {
      const daily = await this.#ask({ ...asked, groupBy: "DAY" });
      const report = asked.groupBy === "DAY" ? daily : await this.#ask(asked);
      if (turn !== this.#turn) return;
      batch(() => {
        this.daily.value = daily;
        this.report.value = report;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = apiProblem(error);
    }
    this.busy.value = false;
  }

  async #ask({ days, groupBy, user }: Asked): Promise<UsageFieldsFragment | null> {
    const variables = { ...period(days), groupBy };
    if (user === null) return (await request(OwnUsageDocument, variables)).viewer?.usage ?? null;
    return (await request(AllUsageDocument, { ...variables, user: user === "*" ? null : user })).usage;
  }

  async loadBudgets(): Promise<void> {
    try {
      const { viewer, prices } = await request(OwnBudgetsDocument, {});
      batch(() => {
        this.budgets.value = viewer?.budgets ?? [];
        this.keyNames.value = new Map(viewer?.apiKeys?.map(({ id, name }) => [id, name]));
        this.prices.value = prices;
      });
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }

  /** Saves the report that is shown as CSV. */
  async save({ days, groupBy, user }: Asked): Promise<void> {
    try {
      const whose = user === null ? {} : user === "*" ? { everybody: "true" } : { user };
      const parameters = new URLSearchParams({ ...period(days), group_by: groupBy, ...whose });
      const response = await fetch(`${ROOT}/v1/usage?${parameters}`, {
        headers: { authorization: `Bearer ${(await freshToken()) ?? ""}` },
      });
      if (!response.ok) throw new Error(await response.text());
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = `usage-${groupBy.toLowerCase()}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }
}

/** The days of a report, those too on which nothing ended, oldest first; with what each used. */
export function daysOf(report: UsageFieldsFragment, days: number) {
  const used = new Map(report.groups.map((group) => [group.key, group.used]));
  const { from } = period(days);
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10);
    return { day, used: used.get(day) ?? null };
  });
}
