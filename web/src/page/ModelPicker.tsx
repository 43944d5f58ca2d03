import type { ModelKind } from "../api/generated/graphql";
import type { Model } from "./models";

const KINDS: Record<ModelKind, string> = {
  TEXT_GENERATION: "Text",
  IMAGE_GENERATION: "Image",
  CUSTOM: "Custom",
};

interface Props {
  models: readonly Model[];
  selected: Model;
  onSelect: (slug: string) => void;
}

export function ModelPicker({ models, selected, onSelect }: Props) {
  const kinds = (Object.keys(KINDS) as ModelKind[]).filter((kind) => models.some((model) => model.kind === kind));
  return (
    <div class="model">
      <div class="model-line">
        <label class="field-label" for="model">
          Model
        </label>
        <span class="model-version">version {selected.latestVersion?.number}</span>
      </div>
      <select
        id="model"
        class="input mono"
        value={selected.slug}
        aria-describedby={selected.description ? "model-about" : undefined}
        onChange={(event) => onSelect(event.currentTarget.value)}
      >
        {kinds.map((kind) => (
          <optgroup key={kind} label={KINDS[kind]}>
            {models
              .filter((model) => model.kind === kind)
              .map((model) => (
                <option key={model.slug} value={model.slug}>
                  {model.slug}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {selected.description && (
        <p class="field-about" id="model-about">
          {selected.description}
        </p>
      )}
    </div>
  );
}
