import { Fragment } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { language } from "../messages/language";
import { say } from "../messages/messages";
import { Gallery } from "../gallery/gallery";
import { GalleryPage } from "../gallery/GalleryPage";
import { Desk } from "../model/desk";
import { Account } from "../session/account";
import { Header } from "./Header";
import { PageView } from "./PageView";
import { useSearchKey } from "./search_key";
import { Missing } from "./Missing";
import type { RunProps } from "../model/RunPage";
import { useModule } from "../ui/module";
import { route } from "../ui/router";
import { useTitle } from "./title";

/** Everything that outlives a page: who is signed in, what the gallery showed, what runs. */
export function App() {
  const [account] = useState(() => new Account());
  const [gallery] = useState(() => new Gallery());
  const [desk] = useState(() => new Desk());
  useTitle(desk);
  useSearchKey();
  const main = useFocusOnNewPage();
  return (
    <>
      <a class="skip" href="#main">
        {say.app.skip}
      </a>
      <Header account={account} />
      <main class="main" id="main" tabIndex={-1} ref={main}>
        <Fragment key={language.value}>{pageOf(account, gallery, desk)}</Fragment>
      </main>
    </>
  );
}

function pageOf(account: Account, gallery: Gallery, desk: Desk) {
  const shown = route.value;
  switch (shown.page) {
    case "gallery":
      return <GalleryPage gallery={gallery} account={account} />;
    case "model":
    case "prediction":
      return <RunView desk={desk} route={shown} account={account} />;
    case "missing":
      return <Missing />;
    default:
      return <PageView key={shown.page} name={shown.page} account={account} route={shown} />;
  }
}

/** The page of a model and that of a prediction, which are one. */
function RunView(given: RunProps) {
  const part = useModule(() => import("../model/RunPage"));
  if (part) return <part.RunPage {...given} />;
  return (
    <div class="stage" aria-busy={part === null}>
      {part === false && <p role="alert">{say.app.notLoaded}</p>}
    </div>
  );
}

/** Puts the focus at the start of a page that replaces another; a run that becomes a prediction keeps it. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const page = route.value.page === "prediction" ? "model" : route.value.page;
  const before = useRef(page);
  // with the page itself, not a frame later: by then the reader may be elsewhere already
  useLayoutEffect(() => {
    if (before.current !== page) main.current?.focus({ preventScroll: true });
    before.current = page;
  }, [page]);
  return main;
}
