import { useSignalEffect } from "@preact/signals";
import type { Desk } from "../model/desk";
import { isTerminal, type Prediction } from "../prediction/run";
import { route } from "../ui/router";

const NAME = "inference-server";

/** The tab's title says which page this is, and how a prediction stands, for those who look elsewhere meanwhile. */
export function useTitle(desk: Desk): void {
  useSignalEffect(() => {
    document.title = [...titleOf(desk), NAME].join(" · ");
  });
}

function titleOf(desk: Desk): string[] {
  const shown = route.value;
  const prediction = desk.run.prediction.value;
  switch (shown.page) {
    case "gallery":
      return ["Models"];
    case "model":
      return [shown.slug];
    case "prediction":
      return prediction ? [statusOf(prediction, desk), prediction.model.slug] : ["Prediction"];
    case "history":
      return ["History"];
    case "compare":
      return ["Compare"];
    case "account":
      return ["Account"];
    case "admin":
      return ["System"];
    case "invitation":
    case "reset":
    case "sign-in":
      return ["Sign in"];
    case "missing":
      return ["No such page"];
  }
}

function statusOf({ status }: Prediction, desk: Desk): string {
  if (isTerminal(status)) return status.toLowerCase();
  const { fraction } = desk.run.progress.value ?? {};
  if (status === "STARTING") return "waiting";
  return typeof fraction === "number" ? `${Math.floor(fraction * 100)}% running` : "running";
}
