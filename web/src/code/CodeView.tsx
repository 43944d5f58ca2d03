import { useState } from "preact/hooks";
import { ROOT } from "../api/root";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon } from "../ui/icons";
import { Tabs } from "../ui/Tabs";
import { KEY, languagesOf, needsKey, OPERATION, snippet, variablesOf, type Call, type Language } from "./snippets";

/** Code that sends the input as it stands, to copy. */
export function CodeView(of: Pick<Call, "model" | "kind" | "predictor" | "input">) {
  const [chosen, setChosen] = useState<Language>("python");
  const call: Call = { ...of, origin: location.origin + ROOT, signed: signedIn.value };
  const languages = languagesOf(call);
  const language = languages.some(([name]) => name === chosen) ? chosen : "python";
  const code = snippet(language, call);
  const needs = say.code.packages[language];
  return (
    <div class="code">
      <Tabs label={say.code.client} panel="code-view" tabs={languages} selected={language} onSelect={setChosen} />
      <div id="code-view" class="code-view" role="tabpanel" aria-labelledby={`code-view-${language}`}>
        <pre class="code-text" tabIndex={0} role="region" aria-label={say.code.code}>
          {code}
        </pre>
        <div class="code-actions">
          <CopyButton text={() => code} icon={<CopyIcon />} name={say.code.copy} />
          <a class="button button-quiet" href={inGraphiql(call)}>
            {say.code.graphiql}
          </a>
        </div>
        {needs && <p class="hint">{say.code.needs(needs)}</p>}
        {needsKey(language, call) && <p class="hint">{say.code.key(KEY)}</p>}
      </div>
    </div>
  );
}

function inGraphiql(call: Call): string {
  const variables = JSON.stringify(variablesOf(call), null, 2);
  return `/graphql#${new URLSearchParams({ query: OPERATION, variables })}`;
}
