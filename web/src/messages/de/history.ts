import { number } from "../counts";
import type english from "../en/history";

export default {
  title: "Verlauf",
  private: "Der Verlauf ist privat",
  signIn: "Anmelden, um Läufe hier aufzuheben. Ein Lauf ohne Konto ist nur über seinen Link zu erreichen.",
  all: "Alle",
  states: { active: "Laufend", succeeded: "Fertig", failed: "Gescheitert", canceled: "Abgebrochen" } as Record<
    string,
    string
  >,
  state: "Zustand",
  model: "Modell",
  from: "Von",
  to: "Bis",
  find: "Wörter",
  findAbout:
    "Gesucht wird in Texten und Zahlen der Ein- und Ausgaben der neuesten 10.000 Läufe, die die anderen Filter übrig lassen.",
  starred: "Gemerkte",
  selection: "Ausgewählte Läufe",
  selectRunning: "Alle laufenden auswählen",
  selectAll: "Alle gezeigten auswählen",
  cancel: (count: number) => `${number(count)} ausgewählte abbrechen`,
  remove: (count: number) => `${number(count)} ausgewählte löschen`,
  removeAsk: (count: number) =>
    count === 1
      ? "Diesen Lauf mit Eingabe, Ausgabe und Dateien löschen? Das ist endgültig. Läuft er noch, wird er abgebrochen."
      : `${number(count)} Läufe mit Eingaben, Ausgaben und Dateien löschen? Das ist endgültig. Was davon läuft, wird abgebrochen.`,
  nothingFits: "Dazu passt nichts",
  nothing: "Noch nichts",
  nothingFitsAbout: "Andere Tage, Modelle oder Zustände haben vielleicht mehr.",
  nothingAbout: "Sobald ein Modell läuft, steht es hier.",
  showAll: "Alles zeigen",
  models: "Modelle",
} satisfies typeof english;
