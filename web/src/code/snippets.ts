/** Programs that send one input, in full: each runs as it is pasted. */

export interface Call {
  endpoint: string;
  model: string;
  input: unknown;
  /** Whether the caller is signed in, so that the program has to be as well. */
  signed: boolean;
}

export type Language = "curl" | "Python" | "JavaScript" | "GraphQL";

export const LANGUAGES: readonly Language[] = ["curl", "Python", "JavaScript", "GraphQL"];
export const TOKEN = "INFERENCE_TOKEN";

const WAIT_SECONDS = 60;
const ANSWER = `__typename
    ... on Prediction { id status output error { code message } }
    ... on InvalidInput { violations { path message } }
    ... on UserError { code message }`;

export const OPERATION = `mutation Run($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ${ANSWER}
  }
}`;

export function variablesOf({ model, input }: Call) {
  return { input: { model, input, wait: WAIT_SECONDS } };
}

export function snippet(language: Language, call: Call): string {
  return { curl, Python: python, JavaScript: javascript, GraphQL: graphql }[language](call);
}

function curl(call: Call): string {
  const body = JSON.stringify({ query: OPERATION, variables: variablesOf(call) }, null, 2);
  const token = call.signed ? `\n  -H "authorization: Bearer $${TOKEN}" \\` : "";
  return `curl -sS ${quoted(call.endpoint)} \\
  -H 'content-type: application/json' \\${token}
  --data-binary @- <<'JSON'
${body}
JSON
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function python(call: Call): string {
  const token = call.signed ? `, "authorization": "Bearer " + os.environ["${TOKEN}"]` : "";
  return `import json
${call.signed ? "import os\n" : ""}import urllib.request

QUERY = """
${OPERATION}
"""
VARIABLES = ${pythonLiteral(variablesOf(call))}

request = urllib.request.Request(
    ${JSON.stringify(call.endpoint)},
    data=json.dumps({"query": QUERY, "variables": VARIABLES}).encode(),
    headers={"content-type": "application/json"${token}},
)
with urllib.request.urlopen(request) as response:
    print(json.dumps(json.load(response), indent=2, ensure_ascii=False))
`;
}

function javascript(call: Call): string {
  const token = call.signed ? `, authorization: \`Bearer \${process.env.${TOKEN}}\`` : "";
  return `const query = \`
${OPERATION}
\`;
const variables = ${JSON.stringify(variablesOf(call), null, 2)};

fetch(${JSON.stringify(call.endpoint)}, {
  method: "POST",
  headers: { "content-type": "application/json"${token} },
  body: JSON.stringify({ query, variables }),
})
  .then((response) => response.json())
  .then((answer) => console.log(JSON.stringify(answer, null, 2)));
`;
}

function graphql(call: Call): string {
  const { input } = variablesOf(call);
  const literal = graphqlLiteral(input);
  if (literal === null) return `${OPERATION}\n\n# variables: ${JSON.stringify({ input })}\n`;
  return `mutation {
  createPrediction(
    input: ${literal.replaceAll("\n", "\n    ")}
  ) {
    ${ANSWER}
  }
}
`;
}

function pythonLiteral(value: unknown, indent = ""): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const items = Array.isArray(value)
    ? value.map((item) => inner + pythonLiteral(item, inner))
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${pythonLiteral(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return items.length === 0 ? `${open}${close}` : `${open}\n${items.join(",\n")},\n${indent}${close}`;
}

/** The value as GraphQL writes it, or null where a name in it is none of GraphQL's. */
function graphqlLiteral(value: unknown, indent = ""): string | null {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const entries = Array.isArray(value) ? value.map((item) => ["", item] as const) : Object.entries(value);
  const lines: string[] = [];
  for (const [name, item] of entries) {
    const literal = graphqlLiteral(item, inner);
    if (literal === null || (!Array.isArray(value) && !/^[A-Za-z_]\w*$/.test(name))) return null;
    lines.push(inner + (Array.isArray(value) ? literal : `${name}: ${literal}`));
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join("\n")}\n${indent}${close}`;
}
