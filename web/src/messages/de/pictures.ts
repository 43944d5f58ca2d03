import { number, plural } from "../counts";
import type english from "../en/pictures";

export default {
  title: "Bilder",
  private: "Diese Bilder sind privat",
  signIn: "Anmelden, um zu sehen, was eigene Läufe gezeichnet haben.",
  starred: "Gemerkte",
  allModels: "Alle Modelle zeigen",
  picture: (name: string, when: string) => `${name}, ${when}`,
  choose: (name: string) => `${name} auswählen`,
  chooseNone: "Auswahl aufheben",
  selection: "Ausgewählte Bilder",
  save: (count: number) => plural(count, { one: "1 als Zip laden", other: `${number(count)} als Zip laden` }),
  chooseHint: "Mehrere Bilder auswählen, um sie als eine Zip-Datei zu speichern.",
  saving: "Wird gepackt …",
  notSaved: (why: string) => `Die Bilder wurden nicht gespeichert: ${why}`,
  tooMuch: (size: string, most: string) => `${size} sind zu viel für eine Datei; es gehen bis zu ${most}.`,
  none: "Noch keine Bilder: Sobald ein Modell zeichnet, stehen sie hier.",
  noneSince: (when: string) => `Keine Bilder seit ${when}. Mehr zeigen sucht weiter zurück.`,
} satisfies typeof english;
