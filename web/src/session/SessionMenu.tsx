import { useEffect, useRef, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { Account } from "./account";
import { SignInDialog } from "./SignInDialog";

/** "Sign in", or who is signed in; `onChange` after either changed. */
export function SessionMenu({ onChange }: { onChange: () => void }) {
  const [account] = useState(() => new Account());
  const dialog = useRef<HTMLDialogElement>(null);
  const isIn = signedIn.value;
  useEffect(() => void account.load(), [isIn]);

  if (isIn) {
    return (
      <div class="session">
        <span class="session-handle">{account.handle.value ?? "signed in"}</span>
        <button
          type="button"
          class="button button-quiet"
          onClick={() => {
            account.leave();
            onChange();
          }}
        >
          Sign out
        </button>
      </div>
    );
  }
  return (
    <>
      <button type="button" class="button" onClick={() => dialog.current?.showModal()}>
        Sign in
      </button>
      <SignInDialog account={account} dialog={dialog} onDone={onChange} />
    </>
  );
}
