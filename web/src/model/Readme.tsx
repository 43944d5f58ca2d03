import { useEffect, useState } from "preact/hooks";
import type * as Markdown from "../markdown/markdown";

/** A model's description, which is Markdown; how to read that is loaded only where there is some. */
export function Readme({ text }: { text: string }) {
  const [reader, setReader] = useState<typeof Markdown | null>(null);
  useEffect(() => {
    let isShown = true;
    // without the reader the text itself is shown
    if (text !== "")
      import("../markdown/markdown").then(
        (found) => isShown && setReader(found),
        () => {},
      );
    return () => void (isShown = false);
  }, [text !== ""]);
  if (text === "") return null;
  return (
    <section class="panel readme" aria-labelledby="readme-title">
      <h2 class="section-title" id="readme-title">
        Readme
      </h2>
      <div class="markdown">{reader ? <reader.MarkdownText text={text} /> : <p class="raw-text">{text}</p>}</div>
    </section>
  );
}
