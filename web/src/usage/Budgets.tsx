import type { BudgetFieldsFragment, PriceListFieldsFragment } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { day, money, percent } from "../ui/units";

interface Props {
  budgets: readonly BudgetFieldsFragment[];
  /** Of one's API keys, by their ids. */
  names: ReadonlyMap<string, string>;
}

/** The part of a budget above which a reader is warned. */
const NEARLY_SPENT = 0.8;

/** What predictions may cost, and how much of it is spent and held. */
export function Budgets({ budgets, names }: Props) {
  return (
    <section class="panel settings" aria-labelledby="budgets-title">
      <h2 class="section-title" id="budgets-title">
        {say.usage.budgets}
      </h2>
      <ul class="setting-list">
        {budgets.map((budget) => (
          <Row key={`${budget.apiKey} ${budget.period}`} budget={budget} names={names} />
        ))}
      </ul>
    </section>
  );
}

function Row({ budget, names }: { budget: BudgetFieldsFragment; names: Props["names"] }) {
  const { apiKey, period, currency, amount, spent, reserved, left, isExceeded, isHard, beginsAt } = budget;
  const whose = apiKey === null ? say.usage.yours : say.usage.ofKey(names.get(apiKey) ?? say.usage.deleted);
  const most = Number(amount);
  const used = Number(spent) + Number(reserved);
  return (
    <li class="budget">
      <p>
        <strong>{whose}</strong> <span class="hint">{say.usage.periods[period](day(beginsAt.slice(0, 10)))}</span>
      </p>
      <meter
        class="meter"
        min={0}
        max={Math.max(most, Number.MIN_VALUE)}
        high={most * NEARLY_SPENT}
        optimum={0}
        value={Math.min(used, most)}
        aria-label={say.usage.spentOf(percent(most > 0 ? used / most : 1), whose)}
      />
      <p class="hint">
        {[
          say.usage.spent(money(spent, currency), money(amount, currency)),
          say.usage.held(money(reserved, currency)),
          say.usage.left(money(left, currency)),
        ].join(" · ")}
      </p>
      {isExceeded && <p class="lacking">{isHard ? say.usage.refusedNow : say.usage.overspent}</p>}
    </li>
  );
}

/** What things cost here. */
export function Prices({ list }: { list: PriceListFieldsFragment }) {
  if (list.prices.length === 0) return null;
  return (
    <section class="panel settings" aria-labelledby="prices-title">
      <h2 class="section-title" id="prices-title">
        {say.usage.prices}
      </h2>
      <ul class="setting-list">
        {list.prices.map(({ unit, amount, device, version }) => (
          <li key={`${unit} ${device} ${version?.id}`} class="setting-row">
            <span>
              {[say.usage.units[unit], device !== "ANY" && device, version?.slug].filter(Boolean).join(" · ")}
            </span>
            <strong>{money(amount, list.currency)}</strong>
          </li>
        ))}
      </ul>
      <p class="hint">
        {list.chargesFailed ? say.usage.failedCost : say.usage.failedFree}{" "}
        {list.chargesCanceled ? say.usage.canceledCost : say.usage.canceledFree}
      </p>
    </section>
  );
}
