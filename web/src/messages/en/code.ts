export default {
  client: "Client",
  code: "Code",
  copy: "Copy",
  graphiql: "Open in GraphiQL",
  needs: (what: string) => `It needs: ${what}`,
  packages: {
    python: "pip install ./clients/python, in this server's sources.",
    openai: "pip install openai.",
    replicate: "pip install replicate.",
    curl: "",
    graphql: "",
    javascript: "inference-client, a package that npm pack makes in clients/typescript of this server's sources.",
  },
  key: (variable: string) => `Put an API key of yours into ${variable}; it is not written into code.`,
};
