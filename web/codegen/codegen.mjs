const scalars = { DateTime: "string", Decimal: "string", JSON: "unknown", ID: "string" };
const types = { enumsAsTypes: true, useTypeImports: true, strictScalars: true };

export default {
  schema: "../../graph/schema.graphql",
  generates: {
    "../src/api/generated/graphql.ts": {
      documents: "../src/api/*.graphql",
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        ...types,
        documentMode: "string",
        pureMagicComment: true,
        scalars: { ...scalars, BigInt: "number | string" },
      },
    },
    "../../clients/typescript/src/generated.ts": {
      documents: "../../clients/typescript/src/operations.ts",
      plugins: ["typescript-operations"],
      // what comes is always a number, and so is what the client sends
      config: { ...types, scalars: { ...scalars, BigInt: "number" } },
    },
  },
};
