import type { ModelKind } from "../api/generated/graphql";

export const KINDS: Record<ModelKind, string> = {
  TEXT_GENERATION: "Text",
  IMAGE_GENERATION: "Image",
  CUSTOM: "Custom",
};
