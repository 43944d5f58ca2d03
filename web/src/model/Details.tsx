import type { ModelDetails } from "../api/models";
import { firstWords } from "../markdown/first_words";
import { useModule } from "../ui/module";
import type { Desk } from "./desk";
import { Readme } from "./Readme";
import { Samples } from "./Samples";
import { Versions } from "./Versions";

/** What stands below the place where a model is run: its readme, samples and versions. */
export function Details({ desk, model }: { desk: Desk; model: ModelDetails }) {
  return (
    <div class="about">
      <div class="about-main">
        {hasMore(model.description) && <Readme text={model.description} />}
        <Samples desk={desk} samples={model.samples} />
        <OwnVariables desk={desk} model={model} />
      </div>
      <Versions model={model} shown={desk.version.value?.number ?? null} />
    </div>
  );
}

/** What the owner gives to the class that runs the model; nobody else loads it. */
function OwnVariables({ desk, model }: { desk: Desk; model: ModelDetails }) {
  const part = useModule(() => import("./Variables"), model.variables !== null && model.kind === "CUSTOM");
  return part && <part.Variables desk={desk} model={model} />;
}

/** Whether a description says more than the line at the page's head. */
const hasMore = (description: string): boolean => description.trim() !== firstWords(description);
