import { useState } from "preact/hooks";
import { loadMessages, say } from "../messages/messages";
import { useModule } from "../ui/module";
import type { OptionsForm } from "./options";

const load = async () => (await Promise.all([import("./OptionsFields"), loadMessages("options")]))[0];

/** What most runs need not, loaded where somebody opens it. */
export function OptionsFold({ options }: { options: OptionsForm }) {
  const [isOpen, setOpen] = useState(false);
  const part = useModule(load, isOpen);
  return (
    <details class="options" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say.prediction.options}</summary>
      {part && <part.OptionsFields options={options} />}
      {part === false && <p class="hint">{say.app.notLoaded}</p>}
    </details>
  );
}
