import type english from "../en/problems";

export default {
  codes: {
    UNAUTHENTICATED: "Bitte zuerst anmelden",
    BAD_CREDENTIALS: "Nicht angemeldet",
    FORBIDDEN: "Nicht erlaubt",
    NOT_FOUND: "Nicht gefunden",
    BAD_USER_INPUT: "Die Anfrage ist fehlerhaft",
    CONFLICT: "Schon vergeben",
    INVALID_INPUT: "Die Eingabe stimmt nicht",
    UNAVAILABLE: "Gerade nicht verfügbar",
    QUEUE_FULL: "Es wartet schon zu viel",
    BUDGET_EXCEEDED: "Das Budget ist verbraucht",
  },
  refused: "Der Server hat abgelehnt",
  broken: "Auf dieser Seite ist etwas kaputtgegangen",
  reload: "Neu laden hilft meistens.",
  unreachable: "Die API ist nicht erreichbar",
  again: "Bitte gleich noch einmal versuchen.",
  againIn: (seconds: number) => `In ${seconds} s noch einmal versuchen.`,
  tooMany: "Zu viele Anfragen",
  serverFailed: "Der Server ist gescheitert",
  log: "Warum, steht im Protokoll des Betreibers.",
  logOf: (incident: string) => `Warum, steht im Protokoll des Betreibers unter ${incident}.`,
  byItself: "Es wird von selbst noch einmal versucht.",
  failures: {
    INPUT_REJECTED: ["Das Modell hat die Eingabe abgelehnt", "Die Eingabe ändern und noch einmal starten."],
    MODEL_UNAVAILABLE: [
      "Das Modell konnte nicht geladen werden",
      "Die Version muss vielleicht neu veröffentlicht werden.",
    ],
    OUT_OF_MEMORY: [
      "Der Speicher des Geräts reichte nicht",
      "Kleinere Maße, kürzerer Text oder weniger Token passen vielleicht.",
    ],
    DEADLINE_EXCEEDED: ["Die Frist ist abgelaufen", "Mehr Zeit geben oder weniger verlangen."],
    WORKER_LOST: [
      "Der Worker ging zu oft verloren",
      "Jeder Versuch verlor seinen Worker; warum, steht im Protokoll des Betreibers.",
    ],
    STORAGE: [
      "Die Ausgabe konnte nicht gespeichert werden",
      "Der Lauf war fertig, seine Dateien gingen verloren. Noch einmal starten.",
    ],
    INTERNAL: ["Das Modell ist gescheitert", "Die Meldung ist die des Modells; sein Protokoll sagt vielleicht mehr."],
  },
  failed: "Der Lauf ist gescheitert",
} satisfies typeof english;
