import { number } from "../counts";
import type english from "../en/lightbox";

export default {
  title: (name: string) => `Bild ${name}`,
  close: "Schließen",
  before: "Voriges Bild",
  after: "Nächstes Bild",
  place: (at: number, count: number) => `${number(at)} / ${number(count)}`,
  placeOfMore: (at: number, count: number) => `${number(at)} / ${number(count)}+`,
  larger: "Größer",
  smaller: "Kleiner",
  fit: "Einpassen",
  zoom: (percent: string) => `Größe ${percent}`,
  keys: "← → nächstes, + − Größe, 0 passt ein, Esc schließt.",
  copy: "Bild kopieren",
  copied: "Kopiert",
  notCopied: "Dieser Browser kopiert keine Bilder.",
  use: "Als Eingabe nehmen",
  seed: "Seed",
  picture: "Das Bild, größer",
  parameters: "Parameter",
} satisfies typeof english;
