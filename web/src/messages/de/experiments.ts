import type english from "../en/experiments";

export default {
  title: "Versuche mit",
  about:
    "Versionen, die sich die Anfragen teilten: jede Zahl mit ihrem Intervall von 95 %, darunter der Abstand zur Vergleichsversion; fett, wo null nicht darin liegt. Zeiten sind der Median und das 95. Perzentil.",
  none: "Noch kein Versuch: einer beginnt, wenn Versionen sich die Anfragen teilen.",
  noModel: (slug: string) => `Ein Modell ${slug} gibt es nicht`,
  noModelWhy: "Es existiert nicht, oder es ist privat. Ergebnisse sehen sein Besitzer und die Verwaltung.",
  unnamed: (moment: string) => `Versuch vom ${moment}`,
  runs: "läuft",
  ends: { STOPPED: "beendet", REPLACED: "durch einen anderen ersetzt", GUARDRAIL: "von der Leitplanke beendet" },
  since: (moment: string) => `seit ${moment}`,
  until: (moment: string) => `bis ${moment}`,
  share: (version: number, weight: number) => `Version ${version}: Gewicht ${weight}`,
  breach: (version: number, limit: string, hits: string, count: string) =>
    `Version ${version} verletzte ${limit}: ${hits} von ${count} Läufen.`,
  version: "Version",
  predictions: "Läufe",
  errors: "Fehler",
  queue: "Warten",
  firstToken: "Erstes Token",
  total: "Insgesamt",
  baseline: "Vergleich",
  tooFew: "Wo nichts steht, gibt es zu wenige Läufe für eine Aussage.",
} satisfies typeof english;
