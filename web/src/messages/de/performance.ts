import { number, plural } from "../counts";
import type english from "../en/performance";

export default {
  title: "Leistung von",
  noModel: (slug: string) => `Ein Modell ${slug} gibt es nicht`,
  noModelWhy: "Es existiert nicht, oder es ist privat.",
  version: "Version",
  span: "Zeit",
  lastDays: (days: number) => plural(days, { one: "letzter Tag", other: `letzte ${days} Tage` }),
  successRate: "Erfolgsquote",
  endsOverTime: "Beendete Läufe",
  totalOverTime: "95. Perzentil der ganzen Zeit",
  ended: (count: number) => plural(count, { one: "1 beendet", other: `${number(count)} beendet` }),
  p95: (seconds: string) => `p95 ${seconds}`,
  countedTo: (moment: string) => `Gezählt bis ${moment}.`,
  tooFew:
    "Bis in dieser Zeit 30 Läufe geendet haben, sieht nur der Eigentümer, wie schnell sie ist und wie oft sie scheitert.",
  rounded: "Perzentile weichen um höchstens 1 % von den genauen ab.",
  ends: {
    succeeded: "Fertig",
    failed: "Gescheitert",
    canceled: "Abgebrochen",
    aborted: "Aufgegeben",
    shared: "Geteilte Ergebnisse",
  },
  times: "Zeiten",
  queue: "Warten",
  firstToken: "Erstes Token",
  run: "Rechnen",
  total: "Insgesamt",
  tokensPerSecond: "Token/s",
} satisfies typeof english;
