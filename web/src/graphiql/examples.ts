export interface Example {
  title: string;
  query: string;
  variables: string;
}

const QUERIES = import.meta.glob<string>("./examples/*.graphql", { query: "?raw", import: "default", eager: true });
const VARIABLES = import.meta.glob<string>("./examples/*.json", { query: "?raw", import: "default", eager: true });

const PLACEHOLDER = "{{prediction}}";
const NO_PREDICTION = "the id that createPrediction answered";

export const EXAMPLES: readonly Example[] = Object.entries(QUERIES)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([path, query]) => ({
    title: titleOf(path),
    query,
    variables: indented(VARIABLES[path.replace(/graphql$/, "json")]),
  }));

/** The example with the prediction last made from this page in place of its placeholder. */
export function filled(example: Example, prediction: string | null): Example {
  return { ...example, variables: example.variables.replaceAll(PLACEHOLDER, prediction ?? NO_PREDICTION) };
}

function titleOf(path: string): string {
  const words = path.replace(/^.*\/\d+-|\.graphql$/g, "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function indented(json: string | undefined): string {
  return json === undefined ? "" : JSON.stringify(JSON.parse(json), null, 2);
}
