import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import {
  DeactivateUserDocument,
  DeleteUserDocument,
  UserDetailsDocument,
  ReactivateUserDocument,
  SetBudgetDocument,
  SetUserLimitsDocument,
  type BudgetPeriod,
  type ManagedUserFragment,
} from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { SureButton } from "../ui/SureButton";
import { bytes, money } from "../ui/units";
import { refusalOf } from "../api/paged";

const PERIODS: readonly BudgetPeriod[] = ["MONTH", "TOTAL"];

/** What an administrator may change of a user; `onChange` after each change, with the user gone or not. */
export function UserPanel({ id, onChange }: { id: string; onChange: () => void }) {
  const user = useSignal<ManagedUserFragment | null>(null);
  const problem = useSignal<Problem | null>(null);
  const done = useSignal("");
  const load = async () => {
    try {
      const { node } = await request(UserDetailsDocument, { id });
      user.value = node?.__typename === "User" ? node : null;
    } catch (error) {
      problem.value = apiProblem(error);
    }
  };
  useEffect(() => void load(), [id]);
  const change = async (asked: Promise<Record<string, object>>, saved: string) => {
    problem.value = await refusalOf(asked);
    done.value = problem.value ? "" : saved;
    if (problem.value) return;
    await load();
    onChange();
  };
  const shown = user.value;
  if (!shown) return problem.value ? <Callout problem={problem.value} /> : <p class="hint">{say.ui.loading}</p>;
  return (
    <div class="user-panel">
      {shown.storage && (
        <p class="hint">
          {say.admin.stores(
            bytes(Number(shown.storage.usedBytes)),
            shown.storage.allowedBytes === null ? "" : bytes(Number(shown.storage.allowedBytes)),
          )}
        </p>
      )}
      <Limits user={shown} change={change} />
      {PERIODS.map((period) => (
        <BudgetForm key={period} user={shown} period={period} change={change} />
      ))}
      {problem.value && <Callout problem={problem.value} />}
      <p class="hint" role="status">
        {done.value}
      </p>
      <Ends user={shown} change={change} />
    </div>
  );
}

interface PartProps {
  user: ManagedUserFragment;
  change: (asked: Promise<Record<string, object>>, saved: string) => Promise<void>;
}

const numberOf = (value: FormDataEntryValue | null): number | null => {
  const text = String(value ?? "").trim();
  return text === "" ? null : Number(text);
};

function Limits({ user, change }: PartProps) {
  const { limits, handle } = user;
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const input = {
      user: handle,
      weight: numberOf(given.get("weight")),
      mostWaiting: numberOf(given.get("mostWaiting")),
      mostRunning: numberOf(given.get("mostRunning")),
      mostWaitingPerModel: numberOf(given.get("mostWaitingPerModel")),
    };
    void change(request(SetUserLimitsDocument, { input }), say.admin.limitsSaved);
  };
  return (
    <form class="inline-form" aria-label={say.admin.limits} onSubmit={save}>
      {(["weight", "mostWaiting", "mostRunning", "mostWaitingPerModel"] as const).map((name) => (
        <label key={name} class="field">
          <span class="field-label">{say.admin.limitNames[name]}</span>
          <input
            class="input"
            type="number"
            name={name}
            min={name === "weight" ? 0.001 : 0}
            step={name === "weight" ? "any" : 1}
            placeholder={name === "weight" ? "1" : say.admin.noLimit}
            defaultValue={limits?.[name] == null ? "" : String(limits[name])}
          />
        </label>
      ))}
      <button type="submit" class="button">
        {say.admin.saveLimits}
      </button>
    </form>
  );
}

function BudgetForm({ user, period, change }: PartProps & { period: BudgetPeriod }) {
  const budget = user.budgets?.find((one) => one.apiKey === null && one.period === period);
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const amount = String(given.get("amount")).trim().replace(",", ".") || null;
    const input = { user: user.handle, period, amount, isHard: given.has("hard") };
    void change(request(SetBudgetDocument, { input }), say.admin.budgetSaved);
  };
  return (
    <form
      key={`${budget?.amount} ${budget?.isHard}`}
      class="inline-form"
      aria-label={say.admin.budgets[period]}
      onSubmit={save}
    >
      <label class="field">
        <span class="field-label">{say.admin.budgets[period]}</span>
        <input
          class="input"
          name="amount"
          inputMode="decimal"
          placeholder={say.admin.noBudget}
          defaultValue={budget?.amount ?? ""}
        />
      </label>
      <label class="scope">
        <input type="checkbox" class="choice" name="hard" defaultChecked={budget?.isHard ?? true} /> {say.admin.hard}
      </label>
      <button type="submit" class="button">
        {say.admin.saveBudget}
      </button>
      {budget && (
        <span class="hint">
          {say.admin.spent(money(budget.spent, budget.currency), money(budget.left, budget.currency))}
        </span>
      )}
    </form>
  );
}

/** The account's end: for a while, or with all that belongs to it. */
function Ends({ user, change }: PartProps) {
  const [typed, setTyped] = useState("");
  const input = { user: user.id };
  return (
    <div class="inline-form">
      {user.deactivatedAt ? (
        <button
          type="button"
          class="button"
          onClick={() => void change(request(ReactivateUserDocument, { input }), say.admin.reactivated)}
        >
          {say.admin.reactivate}
        </button>
      ) : (
        <SureButton
          name={say.admin.deactivate}
          question={say.admin.deactivateSure}
          act={() => void change(request(DeactivateUserDocument, { input }), say.admin.deactivated)}
        />
      )}
      <label class="field">
        <span class="field-label">{say.admin.typeHandle(user.handle)}</span>
        <input
          class="input"
          autocomplete="off"
          autocapitalize="none"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        class="button button-danger"
        disabled={typed !== user.handle}
        onClick={() => void change(request(DeleteUserDocument, { input }), say.admin.deleted)}
      >
        {say.admin.delete}
      </button>
    </div>
  );
}
