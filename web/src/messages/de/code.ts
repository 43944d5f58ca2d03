import type english from "../en/code";

export default {
  client: "Client",
  code: "Programm",
  copy: "Kopieren",
  graphiql: "In GraphiQL öffnen",
  needs: (what: string) => `Es braucht: ${what}`,
  packages: {
    python: "pip install ./clients/python, in den Quellen dieses Servers.",
    openai: "pip install openai.",
    replicate: "pip install replicate.",
    curl: "",
    graphql: "",
    javascript: "inference-client, ein Paket, das npm pack in clients/typescript der Quellen dieses Servers macht.",
  },
  key: (variable: string) =>
    `Ein eigener API-Schlüssel gehört in ${variable}; in das Programm wird er nicht geschrieben.`,
} satisfies typeof english;
