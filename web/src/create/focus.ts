/** Goes to what is wrong, once it is shown. */
export function focusFirstError(): void {
  queueMicrotask(() => document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus());
}

/** Whether the page has the field that a JSON Pointer ends in. */
export const hasField = (pointer: string): boolean =>
  document.querySelector(`main form [name="${CSS.escape(pointer.split("/").at(-1) ?? "")}"]`) !== null;
