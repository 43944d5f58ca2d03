/** Programs that send one input, in full: each runs as it is pasted. */
import { graphqlLiteral, javascriptLiteral, pythonLiteral, shellQuoted } from "./literals";
import { requestOf } from "./openai";

export interface Call {
  /** The server, as `https://models.example`. */
  origin: string;
  /** `owner/name`, or `owner/name:3`. */
  model: string;
  kind: string;
  predictor: string;
  input: unknown;
  /** Whether the caller is signed in, so that the program has to be as well. */
  signed: boolean;
}

export type Language = "python" | "openai" | "replicate" | "curl" | "graphql" | "javascript";

export const KEY = "INFERENCE_KEY";

const NAMES: readonly (readonly [Language, string])[] = [
  ["python", "Python"],
  ["openai", "OpenAI"],
  ["replicate", "Replicate"],
  ["curl", "curl"],
  ["graphql", "GraphQL"],
  ["javascript", "JavaScript"],
];
const WRITERS: Record<Language, (call: Call) => string> = { python, openai, replicate, curl, graphql, javascript };

/** The languages of a call; OpenAI's client has no words for every kind of model. */
export const languagesOf = (call: Call): readonly (readonly [Language, string])[] =>
  NAMES.filter(([language]) => language !== "openai" || requestOf(call) !== null);

export const snippet = (language: Language, call: Call): string => WRITERS[language](call);

/** Whether a program reads a key of the caller's: these clients do not go without one. */
export const needsKey = (language: Language, call: Call): boolean =>
  language === "openai" || language === "replicate" || (call.signed && language !== "graphql");

const WAIT_SECONDS = 55;
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

/** Whether what comes is one text, which can be shown as it is written. */
function isOneText({ kind, input }: Call): boolean {
  const { n, logprobs, tools } = (input ?? {}) as Record<string, unknown>;
  return kind === "TEXT_GENERATION" && (n ?? 1) === 1 && logprobs == null && tools == null;
}

const arePictures = ({ kind }: Call): boolean => kind === "IMAGE_GENERATION";

function python(call: Call): string {
  const ask = (name: string) => `client.${name}(${JSON.stringify(call.model)}, ${pythonLiteral(call.input)})`;
  const use = isOneText(call)
    ? `for event in ${ask("stream")}:\n    print(event, end="", flush=True)`
    : arePictures(call)
      ? `for picture in ${ask("run")}:\n    print(picture.save("./"))`
      : `print(${ask("run")})`;
  const key = call.signed ? `, key=os.environ["${KEY}"]` : "";
  return `${call.signed ? "import os\n\n" : ""}from inference_client import Client

client = Client(url=${JSON.stringify(call.origin)}${key})
${use}
`;
}

function openai(call: Call): string {
  const request = requestOf(call);
  if (!request) return "";
  const { method, parameters, extra, missing, piece } = request;
  const isStream = piece !== undefined && isOneText(call);
  const lines = Object.entries(parameters).map(([name, value]) => `    ${name}=${pythonLiteral(value, "    ")},`);
  if (Object.keys(extra).length > 0) lines.push(`    extra_body=${pythonLiteral(extra, "    ")},`);
  if (isStream) lines.push("    stream=True,");
  const ask = `client.${method}(\n${lines.join("\n")}\n)`;
  const use = isStream
    ? `for chunk in ${ask}:\n    print(${piece}, end="", flush=True)`
    : arePictures(call)
      ? `for picture in ${ask}.data:\n    print(picture.url)`
      : `print(${ask}.to_json())`;
  const note = missing.length > 0 ? `# OpenAI's form has no ${missing.join(", ")}: left out\n` : "";
  return `import os

from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(`${call.origin}/openai/v1`)}, api_key=os.environ["${KEY}"])
${note}${use}
`;
}

function replicate(call: Call): string {
  const { model, origin } = call;
  const input = pythonLiteral(call.input);
  const ask = (name: string) => `client.${name}(${JSON.stringify(model)}, input=${input})`;
  let use: string;
  // its `run` asks for a version by what stands behind the colon alone
  if (model.includes(":")) {
    use = `prediction = client.predictions.create(version=${JSON.stringify(model)}, input=${input})
prediction.wait()
print(prediction.error or ${isOneText(call) ? '"".join(prediction.output)' : "prediction.output"})`;
  } else if (isOneText(call)) use = `for event in ${ask("stream")}:\n    print(event, end="", flush=True)`;
  else use = `print(${ask("run")})`;
  return `import os

import replicate

client = replicate.Client(base_url=${JSON.stringify(origin)}, api_token=os.environ["${KEY}"])
${use}
`;
}

function curl({ origin, model, input, signed }: Call): string {
  const [slug = "", version] = model.split(":");
  const path = version ? "/v1/predictions" : `/v1/models/${slug}/predictions`;
  const body = version ? { version: model, input } : { input };
  const key = signed ? `\n  -H "authorization: Bearer $${KEY}" \\` : "";
  return `curl -sS ${shellQuoted(origin + path)} \\
  -H 'content-type: application/json' -H 'prefer: wait=${WAIT_SECONDS}' \\${key}
  --data-binary @- <<'JSON'
${JSON.stringify(body, null, 2)}
JSON
`;
}

function javascript(call: Call): string {
  const ask = (name: string) => `client.${name}(${JSON.stringify(call.model)}, ${javascriptLiteral(call.input)})`;
  const use = isOneText(call)
    ? `for await (const event of ${ask("stream")}) {\n  if (event.type === "text") process.stdout.write(event.text);\n}`
    : arePictures(call)
      ? `for (const picture of await ${ask("run")}) {\n  console.log(await picture.save("./"));\n}`
      : `console.log(await ${ask("run")});`;
  const key = call.signed ? `, key: process.env.${KEY}` : "";
  return `import { Client } from "inference-client";

const client = new Client({ url: ${JSON.stringify(call.origin)}${key} });
${use}
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
