/** @jsxImportSource react */
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./graphiql.css";
import { GraphiQL } from "graphiql";
import { ROOT } from "../api/root";
import { greet } from "../messages/messages";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { EXAMPLES, filled } from "./examples";
import { ExamplesMenu } from "./ExamplesMenu";
import { makeFetcher } from "./fetcher";

const FIRST_TABS = EXAMPLES.slice(0, 3).map((example) => filled(example, null));

/** What the address asks for behind its `#`: the server sends browsers that came with `?query=` here. */
function asked() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const query = parameters.get("query");
  if (query === null) return { defaultTabs: FIRST_TABS };
  return { initialQuery: query, initialVariables: parameters.get("variables") ?? "" };
}

function Page() {
  const prediction = useRef<string | null>(null);
  const [fetcher] = useState(() => makeFetcher((id) => (prediction.current = id)));
  const [initial] = useState(asked);
  return (
    <GraphiQL fetcher={fetcher} inputValueDeprecation defaultEditorToolsVisibility="variables" {...initial}>
      <GraphiQL.Logo>
        <a className="back" href={`${ROOT}/`}>
          inference-server
        </a>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            <ExamplesMenu prediction={prediction} />
            {prettify}
            {merge}
            {copy}
          </>
        )}
      </GraphiQL.Toolbar>
    </GraphiQL>
  );
}

// what goes wrong with the session is said in words too
void greet();
const root = document.getElementById("graphiql");
if (root) createRoot(root).render(<Page />);
