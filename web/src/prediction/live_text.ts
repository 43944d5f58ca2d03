import { signal } from "@preact/signals";

const BOTTOM_SLACK_PX = 24;

/** Text that grows inside one DOM text node: appended once a frame, never rendered again, never read as HTML. */
export class LiveText {
  readonly isEmpty = signal(true);
  #text = "";
  #shown = 0;
  #node: Text | null = null;
  #frame = 0;

  get value(): string {
    return this.#text;
  }

  set(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.isEmpty.value = text === "";
    this.#shown = 0;
    if (this.#node) this.#node.data = "";
    this.#schedule();
  }

  append(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.isEmpty.value = false;
    this.#schedule();
  }

  /** Puts the text into an element, which must have no other children; for use as a `ref`. */
  readonly attach = (element: HTMLElement | null): void => {
    this.#node = null;
    if (!element) return;
    this.#node = document.createTextNode(this.#text);
    this.#shown = this.#text.length;
    element.replaceChildren(this.#node);
  };

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    this.#frame = 0;
    const box = this.#node?.parentElement;
    if (!this.#node || !box) return;
    const follows = box.scrollHeight - box.scrollTop - box.clientHeight < BOTTOM_SLACK_PX;
    this.#node.appendData(this.#text.slice(this.#shown));
    this.#shown = this.#text.length;
    if (follows) box.scrollTop = box.scrollHeight;
  }
}
