interface Props<T extends string> {
  label: string;
  /** Id of the element that the tabs change; each tab is `<panel>-<name>`. */
  panel: string;
  tabs: readonly (readonly [T, string])[];
  selected: T;
  onSelect: (tab: T) => void;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** A list of tabs: one stop for Tab, arrows move within. */
export function Tabs<T extends string>({ label, panel, tabs, selected, onSelect }: Props<T>) {
  const onKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const index = tabs.findIndex(([name]) => name === selected);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (!next) return;
    onSelect(next[0]);
    // now, not with the next frame: by then the reader may be elsewhere already
    document.getElementById(`${panel}-${next[0]}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKey}>
      {tabs.map(([name, title]) => (
        <button
          key={name}
          type="button"
          role="tab"
          class="tab"
          id={`${panel}-${name}`}
          aria-selected={name === selected}
          aria-controls={panel}
          tabIndex={name === selected ? 0 : -1}
          onClick={() => onSelect(name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
