import { useState } from "preact/hooks";
import { ENDPOINT } from "../api/client";
import { signedIn } from "../api/session";
import { CopyButton } from "../ui/CopyButton";
import { CopyIcon } from "../ui/icons";
import { LANGUAGES, OPERATION, TOKEN, snippet, variablesOf, type Call, type Language } from "./snippets";

/** Code that sends the input as it stands, to copy. */
export function CodeView({ model, input }: { model: string; input: unknown }) {
  const [language, setLanguage] = useState<Language>("curl");
  const call: Call = { endpoint: location.origin + ENDPOINT, model, input, signed: signedIn.value };
  const code = snippet(language, call);
  return (
    <div class="code">
      <div class="segments" role="group" aria-label="Language">
        {LANGUAGES.map((name) => (
          <button
            key={name}
            type="button"
            class="segment"
            aria-pressed={language === name}
            onClick={() => setLanguage(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <pre class="code-text" tabIndex={0} role="region" aria-label={`Code, ${language}`}>
        {code}
      </pre>
      <div class="code-actions">
        <CopyButton text={() => code} icon={<CopyIcon />} name="Copy" />
        <a class="button button-quiet" href={inGraphiql(call)}>
          Open in GraphiQL
        </a>
      </div>
      {call.signed && language !== "GraphQL" && (
        <p class="hint code-hint">
          Put a token of yours into <code>{TOKEN}</code>; it is not written into code.
        </p>
      )}
    </div>
  );
}

function inGraphiql(call: Call): string {
  const variables = JSON.stringify(variablesOf(call), null, 2);
  return `${ENDPOINT}#${new URLSearchParams({ query: OPERATION, variables })}`;
}
