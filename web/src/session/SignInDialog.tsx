import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import type { Account } from "./account";

interface Props {
  account: Account;
  dialog: RefObject<HTMLDialogElement | null>;
}

export function SignInDialog({ account, dialog }: Props) {
  const [isNew, setIsNew] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const read = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const password = String(new FormData(form).get("password") ?? "");
    if (!(await account.enter({ handle: read("handle"), email: read("email"), password }, isNew))) return;
    form.reset();
    dialog.current?.close();
  };
  const swap = () => {
    account.forgetErrors();
    setIsNew(!isNew);
  };
  const title = isNew ? say.session.create : say.session.signIn;
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="sign-in-title" onClose={() => account.forgetErrors()}>
      <form class="dialog-form" onSubmit={submit} noValidate>
        <h2 class="dialog-title" id="sign-in-title">
          {title}
        </h2>
        <p class="dialog-about">{say.session.about}</p>
        {isNew && <Entry account={account} name="handle" label={say.session.handle} autocomplete="username" />}
        <Entry account={account} name="email" label={say.session.email} autocomplete="email" />
        <Entry
          account={account}
          name="password"
          label={say.session.password}
          autocomplete={isNew ? "new-password" : "current-password"}
        />
        {account.problem.value && <Callout problem={account.problem.value} />}
        <div class="dialog-actions">
          <button type="submit" class="button button-primary" disabled={account.busy.value}>
            {title}
          </button>
          <button type="button" class="button button-quiet" onClick={() => dialog.current?.close()}>
            {say.session.close}
          </button>
          {account.provider.value !== null && (
            <button type="button" class="button" onClick={() => void account.leaveForProvider()}>
              {say.session.signInWith(account.provider.value)}
            </button>
          )}
          {account.passwordResets.value && !isNew && (
            <a class="button-link" href="/reset" onClick={() => dialog.current?.close()}>
              {say.session.forgot}
            </a>
          )}
          {account.registration.value && (
            <button type="button" class="button-link dialog-swap" onClick={swap}>
              {isNew ? say.session.haveAccount : say.session.create}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

interface EntryProps {
  account: Account;
  name: "handle" | "email" | "password";
  label: string;
  autocomplete: "username" | "email" | "current-password" | "new-password";
}

function Entry({ account, name, label, autocomplete }: EntryProps) {
  const message = account.fieldErrors.value[name];
  const id = `sign-in-${name}`;
  const shared = {
    class: "input",
    id,
    name,
    autocomplete,
    required: true,
    "aria-invalid": message !== undefined,
    "aria-describedby": message === undefined ? undefined : `${id}-error`,
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {name === "password" ? (
        <input {...shared} type="password" />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={name === "email" ? "email" : "text"}
          autocapitalize="none"
          spellcheck={false}
        />
      )}
      {message !== undefined && (
        <p class="field-errors" id={`${id}-error`}>
          {message}
        </p>
      )}
    </div>
  );
}
