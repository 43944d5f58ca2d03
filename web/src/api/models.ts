import type { ModelPageQuery } from "./generated/graphql";

/** A model as its page reads it. */
export type ModelDetails = NonNullable<ModelPageQuery["model"]>;

/** A version that can be run; a prediction names one of which it knows no more than this. */
export type Version = Pick<ModelDetails["versions"][number], "id" | "number" | "state" | "inputSchema"> &
  Partial<ModelDetails["versions"][number]>;
