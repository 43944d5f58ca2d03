import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import {
  PriceListDocument,
  SetPricesDocument,
  type DeviceClass,
  type PriceListFieldsFragment,
  type PriceUnit,
} from "../api/generated/graphql";
import { apiProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { SureButton } from "../ui/SureButton";
import { refusalOf } from "../api/paged";

interface Line {
  key: number;
  unit: PriceUnit;
  amount: string;
  device: DeviceClass;
  /** `owner/name:number`; "" for all versions. */
  version: string;
}

const UNITS: readonly PriceUnit[] = ["SECOND", "INPUT_TOKEN", "OUTPUT_TOKEN", "PICTURE", "MEGAPIXEL_STEP"];
const DEVICES: readonly DeviceClass[] = ["ANY", "CPU", "CUDA"];

/** What things cost: a list that is changed as a whole. */
export function PricesView() {
  const list = useSignal<PriceListFieldsFragment | null>(null);
  const lines = useSignal<readonly Line[]>([]);
  const charges = useSignal({ failed: false, canceled: true });
  const problem = useSignal<Problem | null>(null);
  const done = useSignal("");
  const load = async () => {
    try {
      const { prices } = await request(PriceListDocument, {});
      list.value = prices;
      if (prices) charges.value = { failed: prices.chargesFailed, canceled: prices.chargesCanceled };
      lines.value = (prices?.prices ?? []).map(({ unit, amount, device, version }, key) => ({
        ...{ key, unit, amount, device },
        version: version?.slug ?? "",
      }));
    } catch (error) {
      problem.value = apiProblem(error);
    }
  };
  useEffect(() => void load(), []);
  const edit = (key: number, change: Partial<Line>) =>
    (lines.value = lines.value.map((line) => (line.key === key ? { ...line, ...change } : line)));
  const add = () => {
    const key = Math.max(-1, ...lines.value.map((line) => line.key)) + 1;
    lines.value = [...lines.value, { key, unit: "SECOND", amount: "", device: "ANY", version: "" }];
  };
  const save = async () => {
    const prices = lines.value.map(({ unit, amount, device, version }) => ({
      ...{ unit, device },
      amount: amount.trim().replace(",", "."),
      version: version.trim() || null,
    }));
    const input = { prices, chargesFailed: charges.value.failed, chargesCanceled: charges.value.canceled };
    problem.value = await refusalOf(request(SetPricesDocument, { input }));
    done.value = problem.value ? "" : say.admin.pricesSaved;
    if (!problem.value) await load();
  };
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">{say.admin.prices}</h1>
        <p class="hint">{say.admin.aboutPrices(list.value?.currency ?? "")}</p>
      </div>
      {lines.value.length === 0 && <p class="hint">{say.admin.free}</p>}
      <ul class="price-lines">
        {lines.value.map((line) => (
          <PriceLine
            key={line.key}
            line={line}
            edit={(change) => edit(line.key, change)}
            remove={() => (lines.value = lines.value.filter(({ key }) => key !== line.key))}
          />
        ))}
      </ul>
      {(["failed", "canceled"] as const).map((end) => (
        <label key={end} class="scope">
          <input
            type="checkbox"
            class="choice"
            checked={charges.value[end]}
            onChange={(event) => (charges.value = { ...charges.value, [end]: event.currentTarget.checked })}
          />
          {say.admin.charges[end]}
        </label>
      ))}
      {problem.value && <Callout problem={problem.value} />}
      <p class="hint" role="status">
        {done.value}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={add}>
          {say.admin.addPrice}
        </button>
        <SureButton
          name={say.admin.savePrices}
          question={say.admin.savePricesSure}
          kind="button button-primary"
          act={() => void save()}
        />
      </div>
    </>
  );
}

function PriceLine({ line, edit, remove }: { line: Line; edit: (change: Partial<Line>) => void; remove: () => void }) {
  return (
    <li class="price-line">
      <select
        class="input"
        aria-label={say.admin.unit}
        value={line.unit}
        onChange={(event) => edit({ unit: event.currentTarget.value as PriceUnit })}
      >
        {UNITS.map((unit) => (
          <option key={unit} value={unit}>
            {say.admin.units[unit]}
          </option>
        ))}
      </select>
      <input
        class="input"
        inputMode="decimal"
        aria-label={say.admin.amount}
        placeholder="0.0001"
        value={line.amount}
        onInput={(event) => edit({ amount: event.currentTarget.value })}
      />
      <select
        class="input"
        aria-label={say.admin.device}
        value={line.device}
        onChange={(event) => edit({ device: event.currentTarget.value as DeviceClass })}
      >
        {DEVICES.map((device) => (
          <option key={device} value={device}>
            {device === "ANY" ? say.admin.anyDevice : device}
          </option>
        ))}
      </select>
      <input
        class="input mono"
        aria-label={say.admin.version}
        placeholder={say.admin.anyVersion}
        autocapitalize="none"
        spellcheck={false}
        value={line.version}
        onInput={(event) => edit({ version: event.currentTarget.value })}
      />
      <button type="button" class="button button-icon button-quiet" aria-label={say.admin.removePrice} onClick={remove}>
        ×
      </button>
    </li>
  );
}
