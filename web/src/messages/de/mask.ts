import type english from "../en/mask";

export default {
  title: "Maske malen",
  about: "Bemalen, was neu gezeichnet werden soll.",
  keys: "Pfeile bewegen, Leertaste beginnt und endet einen Strich, [ ] Größe, E radiert, Strg Z nimmt zurück.",
  tool: "Werkzeug",
  brush: "Pinsel",
  eraser: "Radierer",
  size: "Größe",
  undo: "Zurück",
  invert: "Umkehren",
  clear: "Leeren",
  use: "Diese Maske nehmen",
  close: "Schließen",
  picture: "Das Bild, für das die Maske ist",
  canvas: "Maske über dem Bild",
  placeIs: (x: number, y: number, isDown: boolean) => `${x}, ${y}${isDown ? ", malt" : ""}`,
  unreadable: "Das Bild ist hier nicht zu lesen; bitte neu auswählen.",
} satisfies typeof english;
