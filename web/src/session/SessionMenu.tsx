import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "./account";
import { SignInDialog } from "./SignInDialog";

/** "Sign in", or who is signed in. */
export function SessionMenu({ account }: { account: Account }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isIn = signedIn.value;
  useEffect(() => void account.load(), [isIn]);
  useSignalEffect(() => {
    if (!account.isAsked.value) return;
    account.isAsked.value = false;
    if (dialog.current && !dialog.current.open) dialog.current.showModal();
  });

  if (isIn) {
    return (
      <div class="session">
        <a class="header-link session-handle" href="/account">
          {account.handle.value ?? say.session.signedIn}
        </a>
        <button type="button" class="button button-quiet" onClick={() => account.leave()}>
          {say.session.signOut}
        </button>
      </div>
    );
  }
  return (
    <>
      <button type="button" class="button" onClick={() => dialog.current?.showModal()}>
        {say.session.signIn}
      </button>
      <SignInDialog account={account} dialog={dialog} />
    </>
  );
}
