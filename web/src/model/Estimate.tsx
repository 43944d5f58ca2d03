import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { EstimateRunDocument } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { money } from "../ui/units";

const TYPING_MS = 500;

/** The most that a run of an input may cost by now; nothing while the input is none that the model takes. */
export function Estimate({ model, input }: { model: string; input: unknown }) {
  const [most, setMost] = useState<string | null>(null);
  const text = JSON.stringify(input);
  useEffect(() => {
    let isWanted = true;
    const ask = async () => {
      const asked = request(EstimateRunDocument, { input: { model, input: JSON.parse(text) as unknown } });
      const estimate = (await asked.catch(() => null))?.estimateCost;
      if (isWanted) setMost(estimate ? money(estimate.most, estimate.currency) : null);
    };
    const timer = setTimeout(() => void ask(), TYPING_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [model, text]);
  return most !== null && <p class="hint run-cost">{say.model.atMost(most)}</p>;
}
