import { FieldRow } from "../form/InputFields";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { Output } from "../prediction/Output";
import type { Column } from "./column";
import { FEWEST, type Comparison } from "./comparison";

interface Props {
  comparison: Comparison;
  column: Column;
  number: number;
}

export function ColumnView({ comparison, column, number }: Props) {
  const { run } = column;
  const refusal = run.refusal.value;
  return (
    <section class="column" aria-label={say.compare.column(number)}>
      <div class="panel column-head">
        <Choice comparison={comparison} column={column} number={number} />
        <Settings comparison={comparison} column={column} number={number} />
        {column.problem.value && <Callout problem={column.problem.value} />}
        {refusal && (
          <Callout problem={refusal}>
            <ul>
              {run.violations.value.map(({ path, message }) => (
                <li key={path}>
                  {path}: {message}
                </li>
              ))}
            </ul>
          </Callout>
        )}
      </div>
      <Output run={run} onRetry={() => void run.retry()} title={say.compare.output(number)} />
    </section>
  );
}

/** Which model, in which version. */
function Choice({ comparison, column, number }: Props) {
  const { slug, model, version } = column;
  const slugs = comparison.models.value.map((card) => card.slug);
  const known = slugs.includes(slug.value) || slug.value === "" ? slugs : [slug.value, ...slugs];
  const choose = async (work: void | Promise<void>) => {
    await work;
    comparison.follow();
  };
  return (
    <div class="column-choice">
      <select
        class="input mono"
        aria-label={say.compare.model(number)}
        value={slug.value}
        onChange={(event) => void choose(column.choose(event.currentTarget.value))}
      >
        {known.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        class="input"
        aria-label={say.compare.versionOf(number)}
        value={String(version.value?.number ?? "")}
        onChange={(event) => void choose(column.chooseVersion(Number(event.currentTarget.value)))}
      >
        {(model.value?.versions ?? (version.value ? [version.value] : [])).map((candidate) => (
          <option key={candidate.number} value={String(candidate.number)} disabled={candidate.state !== "READY"}>
            {say.compare.version(candidate.number)}
          </option>
        ))}
      </select>
      {comparison.columns.value.length > FEWEST && (
        <button
          type="button"
          class="button button-icon button-quiet"
          aria-label={say.compare.remove(number)}
          onClick={() => comparison.remove(column)}
        >
          ×
        </button>
      )}
    </div>
  );
}

/** What this column has for itself. */
function Settings({ comparison, column, number }: Props) {
  const rest = column.commonFields.value;
  return (
    <div class="column-settings">
      {column.differingFields.value.map((field) => (
        <div key={field.name} class="column-setting">
          <FieldRow field={field} id={`column-${column.key}-${field.name}`} />
          <button
            type="button"
            class="button button-icon button-quiet"
            aria-label={say.compare.useShared(field.label)}
            onClick={() => column.agree(field.name)}
          >
            ×
          </button>
        </div>
      ))}
      {rest.length > 0 && (
        <select
          class="input"
          aria-label={say.compare.ownSetting(number)}
          value=""
          onChange={(event) => column.differ(event.currentTarget.value, comparison.form.value?.draft())}
        >
          <option value="">{say.compare.differIn}</option>
          {rest.map((field) => (
            <option key={field.name} value={field.name}>
              {field.label}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
