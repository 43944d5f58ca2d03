import { plural } from "../counts";
import type english from "../en/ui";

export default {
  cancel: "Abbrechen",
  copy: "Kopieren",
  copied: "Kopiert",
  tags: "Schlagwörter",
  loading: "Wird geladen …",
  showMore: "Mehr zeigen",
  no: "Nein",
  table: "Tabelle",
  textTooLong: "Der Rest dieses Textes wird nicht gezeigt: er ist zu lang für diese Seite.",
  kinds: { TEXT_GENERATION: "Text", IMAGE_GENERATION: "Bild", CUSTOM: "Eigene" },
  noVersion: "noch keine Version",
  refused: (reason: string) => `abgelehnt: ${reason}`,
  noReason: "kein Grund genannt",
  preparing: "wird vorbereitet",
  preparingAgainAt: (reason, when) => `nicht bereit: ${reason}; neuer Versuch ${when}`,
  preparingAgain: (reason: string) => `die Vorbereitung wird wiederholt: ${reason}`,
  runs: (count: number, amount: string) => plural(count, { one: "1 Lauf", other: `${amount} Läufe` }),
  amountOf: (done: string, total: string) => `${done} von ${total}`,
} satisfies typeof english;
