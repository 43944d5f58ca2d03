import { signal } from "@preact/signals";

const BOTTOM_SLACK_PX = 24;
/** Characters of a text that stand in the page: laying out ten million would hang it. */
export const MOST_SHOWN = 100_000;

/**
 * Text that grows inside one DOM text node: appended once a frame, never rendered again, never read as HTML.
 *
 * Of a long text the end is shown; `value` has all of it.
 */
export class LiveText {
  readonly isEmpty = signal(true);
  /** Counts its changes, for whoever shows it otherwise than as one text node. */
  readonly changes = signal(0);
  /** Whether more was written than stands in the page. */
  readonly isCut = signal(false);
  #text = "";
  /** What stands in the page: from here to there. */
  #from = 0;
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
    this.changes.value += 1;
    this.#turnTo(0);
    this.#schedule();
  }

  append(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.isEmpty.value = false;
    this.changes.value += 1;
    this.#schedule();
  }

  /** Puts the text into an element, which must have no other children; for use as a `ref`. */
  readonly attach = (element: HTMLElement | null): void => {
    this.#node = null;
    if (!element) return;
    this.#node = document.createTextNode("");
    this.#turnTo(0);
    this.#write();
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
    this.#write();
    if (follows) box.scrollTop = box.scrollHeight;
  }

  #write(): void {
    // half of it once more before it is cut, so that not every piece moves what is read
    if (this.#text.length - this.#from > MOST_SHOWN * 1.5) this.#turnTo(this.#text.length - MOST_SHOWN);
    this.#node?.appendData(this.#text.slice(this.#shown));
    this.#shown = this.#text.length;
  }

  #turnTo(from: number): void {
    this.#from = this.#shown = from;
    this.isCut.value = from > 0;
    if (this.#node) this.#node.data = "";
  }
}
