import { useSignalEffect } from "@preact/signals";
import { language } from "../messages/language";
import { say } from "../messages/messages";
import type { Desk } from "../model/desk";
import { isTerminal, type Prediction } from "../prediction/run";
import { route } from "../ui/router";

const NAME = "inference-server";

/** The tab's title says which page this is, and how a prediction stands, for those who look elsewhere meanwhile. */
export function useTitle(desk: Desk): void {
  useSignalEffect(() => {
    document.documentElement.lang = language.value;
    document.title = [...titleOf(desk), NAME].join(" · ");
  });
}

function titleOf(desk: Desk): string[] {
  const shown = route.value;
  const prediction = desk.run.prediction.value;
  switch (shown.page) {
    case "gallery":
      return [say.app.models];
    case "model":
      return [shown.slug];
    case "prediction":
      return prediction ? [statusOf(prediction, desk), prediction.model.slug] : [say.app.prediction];
    case "create":
      return [say.gallery.add];
    case "edit":
      return [shown.slug, say.model.edit];
    case "owner":
      return [shown.handle];
    case "chat":
      return shown.slug === null ? [say.app.chat] : [say.app.chat, shown.slug];
    case "experiments":
    case "performance":
      return [say.app[shown.page], shown.slug];
    case "admin":
      return [say.app.system];
    case "invitation":
    case "reset":
    case "sign-in":
      return [say.app.signIn];
    case "missing":
      return [say.app.noSuchPage];
    default:
      return [say.app[shown.page]];
  }
}

function statusOf({ status }: Prediction, desk: Desk): string {
  if (isTerminal(status)) return say.app.ends[status] ?? status;
  const { fraction } = desk.run.progress.value ?? {};
  if (status === "STARTING") return say.app.waiting;
  return typeof fraction === "number" ? say.app.runningPercent(Math.floor(fraction * 100)) : say.app.running;
}
