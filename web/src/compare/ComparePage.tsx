import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { InputFields } from "../form/InputFields";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { useKeys } from "../ui/keys";
import { go, query } from "../ui/router";
import { ColumnView } from "./ColumnView";
import { Comparison, FEWEST, MOST } from "./comparison";

import "../styles/compare.css";

/** Several versions or settings beside each other; the address leads back to what they made. */
export function ComparePage() {
  const [comparison] = useState(() => new Comparison());
  const isIn = signedIn.value;
  useEffect(() => {
    void comparison.open(query.value.getAll("p"), query.value.getAll("m"));
    return () => comparison.close();
  }, [isIn]);
  const submit = async () => {
    const ids = await comparison.start();
    if (ids) go(`/compare?${new URLSearchParams(ids.map((id) => ["p", id]))}`, { replace: true });
  };
  useKeys(submit, () => comparison.isBusy.value && comparison.cancel());
  const form = comparison.form.value;
  const { problem } = comparison;
  return (
    <div class="compare">
      <div class="page-head">
        <h1 class="page-title">{say.compare.title}</h1>
        <p class="hint">{say.compare.about}</p>
      </div>
      {problem.value && <Callout problem={problem.value} />}
      {!problem.value && comparison.columns.value.length === 0 && <p class="hint">{say.compare.nothing}</p>}
      {form && (
        <form
          class="panel form"
          aria-label={say.compare.input}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <InputFields key={form.fields.map(({ name }) => name).join()} form={form} />
          <Actions comparison={comparison} />
        </form>
      )}
      <div class="columns" data-count={comparison.columns.value.length}>
        {comparison.columns.value.map((column, index) => (
          <ColumnView key={column.key} comparison={comparison} column={column} number={index + 1} />
        ))}
      </div>
    </div>
  );
}

function Actions({ comparison }: { comparison: Comparison }) {
  const isBusy = comparison.isBusy.value;
  const count = comparison.columns.value.length;
  return (
    <div class="run-bar compare-bar">
      <button type="submit" class="button button-primary" aria-disabled={isBusy || count < FEWEST}>
        {isBusy ? (
          say.compare.running
        ) : (
          <>
            {say.compare.runAll} <kbd>Ctrl Enter</kbd>
          </>
        )}
      </button>
      <div class="segments" role="group" aria-label={say.compare.seeds}>
        {[true, false].map((isOne) => (
          <button
            key={String(isOne)}
            type="button"
            class="segment"
            aria-pressed={comparison.isOneSeed.value === isOne}
            onClick={() => (comparison.isOneSeed.value = isOne)}
          >
            {isOne ? say.compare.sameSeed : say.compare.ownSeeds}
          </button>
        ))}
      </div>
      {isBusy && (
        <button type="button" class="button" onClick={() => comparison.cancel()}>
          {say.compare.cancelAll} <kbd>Esc</kbd>
        </button>
      )}
      {count < MOST && (
        <button type="button" class="button button-quiet" onClick={() => comparison.add()}>
          {say.compare.addColumn}
        </button>
      )}
    </div>
  );
}
