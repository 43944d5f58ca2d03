import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { say } from "../messages/messages";

interface Props {
  text: () => string;
  icon: ComponentChildren;
  name: string;
}

const SHOWN_MS = 1500;

/** Copies a text; not there where the browser has no clipboard, as on plain http elsewhere than localhost. */
export function CopyButton({ text, icon, name }: Props) {
  const [copied, setCopied] = useState(false);
  if (!("clipboard" in navigator)) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button type="button" class="button button-quiet" onClick={() => void copy()}>
      {icon} <span aria-live="polite">{copied ? say.ui.copied : name}</span>
    </button>
  );
}
