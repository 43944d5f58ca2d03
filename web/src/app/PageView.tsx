import { say } from "../messages/messages";
import { useModule } from "../ui/module";
import { PAGES, type PageName, type PageProps } from "./pages";

/** A page of `PAGES`, once it is there. */
export function PageView({ name, ...given }: PageProps & { name: PageName }) {
  const Page = useModule(PAGES[name]);
  if (Page) return <Page {...given} />;
  return (
    <div class="stage" aria-busy={Page === null}>
      {Page === false && <p role="alert">{say.app.notLoaded}</p>}
    </div>
  );
}
