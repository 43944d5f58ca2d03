import type english from "../en/ui";

export default {
  cancel: "Abbrechen",
  copy: "Kopieren",
  copied: "Kopiert",
  tags: "Schlagwörter",
  loading: "Wird geladen …",
  showMore: "Mehr zeigen",
  no: "Nein",
  kinds: { TEXT_GENERATION: "Text", IMAGE_GENERATION: "Bild", CUSTOM: "Eigene" },
  noVersion: "noch keine Version",
  refused: (reason: string) => `abgelehnt: ${reason}`,
  noReason: "kein Grund genannt",
  preparing: "wird vorbereitet",
  preparingAgain: (reason: string) => `die Vorbereitung wird wiederholt: ${reason}`,
  amountOf: (done: string, total: string) => `${done} von ${total}`,
} satisfies typeof english;
