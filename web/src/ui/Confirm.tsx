import { useRef, useState } from "preact/hooks";
import { say } from "../messages/messages";

interface Props {
  /** What the button, and the one that confirms, are called. */
  name: string;
  /** For screen readers, where the name alone does not tell which. */
  label?: string;
  question: string;
  isQuiet?: boolean;
  disabled?: boolean;
  onConfirm(): Promise<void>;
}

/** A button for what cannot be undone: it asks first. */
export function Confirm({ name, label, question, isQuiet = false, disabled = false, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
      dialog.current?.close();
    }
  };
  return (
    <>
      <button
        type="button"
        class={`button${isQuiet ? " button-quiet" : ""}`}
        aria-label={label}
        disabled={disabled}
        onClick={() => dialog.current?.showModal()}
      >
        {name}
      </button>
      <dialog class="dialog" ref={dialog} aria-label={name}>
        <div class="dialog-form">
          <p>{question}</p>
          <div class="dialog-actions">
            <button type="button" class="button button-primary" disabled={isBusy} onClick={() => void confirm()}>
              {name}
            </button>
            <button type="button" class="button button-quiet" onClick={() => dialog.current?.close()}>
              {say.ui.cancel}
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}
