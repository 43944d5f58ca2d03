import type { ModelKind } from "../api/generated/graphql";
import { say } from "../messages/messages";

export const KINDS: readonly ModelKind[] = ["TEXT_GENERATION", "IMAGE_GENERATION", "CUSTOM"];

export const kindName = (kind: ModelKind): string => say.ui.kinds[kind];
