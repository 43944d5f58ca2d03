import { say } from "../messages/messages";
import { useModule } from "../ui/module";

/** A model's description, which is Markdown; how to read that is loaded only where there is some. */
export function Readme({ text }: { text: string }) {
  // without the reader the text itself is shown
  const reader = useModule(() => import("../markdown/markdown"), text !== "");
  if (text === "") return null;
  return (
    <section class="panel readme" aria-labelledby="readme-title">
      <h2 class="section-title" id="readme-title">
        {say.model.readme}
      </h2>
      <div class="markdown">{reader ? <reader.MarkdownText text={text} /> : <p class="raw-text">{text}</p>}</div>
    </section>
  );
}
