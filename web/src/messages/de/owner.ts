import { number, plural } from "../counts";
import type english from "../en/owner";

export default {
  missing: (handle) => `Es gibt kein Konto ${handle}`,
  missingDetail: "Die Adresse ist vielleicht vertippt, oder das Konto wurde gelöscht.",
  allModels: "Alle Modelle",
  models: (count) => plural(count, { one: "1 Modell", other: `${number(count)} Modelle` }),
  since: (when) => `dabei seit ${when}`,
  none: "Noch kein sichtbares Modell.",
} satisfies typeof english;
