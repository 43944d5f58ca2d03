export default {
  schema: "../../graph/schema.graphql",
  documents: "../src/api/*.graphql",
  generates: {
    "../src/api/generated/graphql.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        documentMode: "string",
        pureMagicComment: true,
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          DateTime: "string",
          JSON: "unknown",
          BigInt: "number | string",
          ID: "string",
        },
      },
    },
  },
};
