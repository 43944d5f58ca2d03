import { useState } from "preact/hooks";
import { ENDPOINT } from "../api/client";
import { signedIn } from "../api/session";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon } from "../ui/icons";
import { Tabs } from "../ui/Tabs";
import {
  KEY,
  languagesOf,
  NEEDS,
  needsKey,
  OPERATION,
  snippet,
  variablesOf,
  type Call,
  type Language,
} from "./snippets";

/** Code that sends the input as it stands, to copy. */
export function CodeView(of: Pick<Call, "model" | "kind" | "predictor" | "input">) {
  const [chosen, setChosen] = useState<Language>("python");
  const call: Call = { ...of, origin: location.origin, signed: signedIn.value };
  const languages = languagesOf(call);
  const language = languages.some(([name]) => name === chosen) ? chosen : "python";
  const code = snippet(language, call);
  return (
    <div class="code">
      <Tabs label="Client" panel="code-view" tabs={languages} selected={language} onSelect={setChosen} />
      <div id="code-view" class="code-view" role="tabpanel" aria-labelledby={`code-view-${language}`}>
        <pre class="code-text" tabIndex={0} role="region" aria-label="Code">
          {code}
        </pre>
        <div class="code-actions">
          <CopyButton text={() => code} icon={<CopyIcon />} name="Copy" />
          <a class="button button-quiet" href={inGraphiql(call)}>
            Open in GraphiQL
          </a>
        </div>
        {NEEDS[language] && <p class="hint">It needs: {NEEDS[language]}</p>}
        {needsKey(language, call) && (
          <p class="hint">
            Put an API key of yours into <code>{KEY}</code>; it is not written into code.
          </p>
        )}
      </div>
    </div>
  );
}

function inGraphiql(call: Call): string {
  const variables = JSON.stringify(variablesOf(call), null, 2);
  return `${ENDPOINT}#${new URLSearchParams({ query: OPERATION, variables })}`;
}
