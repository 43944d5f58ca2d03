import { say } from "../messages/messages";
import { randomInteger } from "../ui/random";
import { DiceIcon } from "../ui/icons";
import { attributes, type ControlProps } from "./controls";
import type { Control } from "./schema";

export const LARGEST_SEED = 2 ** 31 - 1;

type NumberControl = Extract<Control, { kind: "number" }>;

/** A number: with a slider where both bounds are known, with dice where it is a seed. */
export function NumberBox(props: ControlProps & { control: NumberControl; label: string }) {
  const { control, label, raw, onEdit } = props;
  const { low, high } = control;
  const hasSlider = low !== null && high !== null && !control.seed;
  return (
    <div class="number">
      {hasSlider && (
        <input
          type="range"
          class="slider"
          aria-label={say.form.slider(label)}
          min={low}
          max={high}
          step={control.step}
          value={raw.value === "" ? low : String(raw.value)}
          onInput={(event) => onEdit(event.currentTarget.value)}
        />
      )}
      <input
        {...attributes(props)}
        type="number"
        class="input mono"
        inputMode={control.integer ? "numeric" : "decimal"}
        min={low ?? undefined}
        max={high ?? undefined}
        step={control.integer ? 1 : "any"}
        value={String(raw.value)}
        placeholder={props.placeholder || (control.seed ? say.form.random : say.form.default)}
        onInput={(event) => onEdit(event.currentTarget.value)}
      />
      {control.seed && (
        <button
          type="button"
          class="button button-icon"
          title={say.form.rollSeed}
          aria-label={say.form.roll(label)}
          onClick={() => onEdit(String(randomInteger(low ?? 0, Math.min(high ?? LARGEST_SEED, LARGEST_SEED))))}
        >
          <DiceIcon />
        </button>
      )}
    </div>
  );
}
