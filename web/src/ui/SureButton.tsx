import { useState } from "preact/hooks";
import { say } from "../messages/messages";

interface Props {
  name: string;
  /** What it is done to, for who hears the name alone. */
  of?: string;
  /** What happens then, as the question that is asked first. */
  question: string;
  act: () => void;
  kind?: string;
}

/** A button that asks once more before it acts. */
export function SureButton({ name, of, question, act, kind = "button" }: Props) {
  const [isAsked, setAsked] = useState(false);
  const label = of ? `${name} ${of}` : undefined;
  if (!isAsked)
    return (
      <button type="button" class={kind} aria-label={label} onClick={() => setAsked(true)}>
        {name}
      </button>
    );
  const close = () => setAsked(false);
  return (
    <span class="sure" role="group" aria-label={question}>
      <span>{question}</span>
      <button
        type="button"
        class="button button-danger"
        aria-label={label}
        // the button that was pressed is gone: the one that asks goes on from there
        ref={(button) => button?.focus()}
        onClick={() => {
          close();
          act();
        }}
      >
        {name}
      </button>
      <button type="button" class="button button-quiet" onClick={close}>
        {say.ui.no}
      </button>
    </span>
  );
}
