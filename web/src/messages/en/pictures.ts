import { number, plural } from "../counts";

export default {
  title: "Pictures",
  private: "Your pictures are private",
  signIn: "Sign in to see what your predictions made.",
  starred: "Starred",
  allModels: "Show all models",
  picture: (name: string, when: string) => `${name}, ${when}`,
  choose: (name: string) => `Select ${name}`,
  chooseNone: "Select none",
  selection: "Selected pictures",
  save: (count: number) => plural(count, { one: "Download 1 as zip", other: `Download ${number(count)} as zip` }),
  chooseHint: "Select pictures to save several as one zip file.",
  saving: "Packing …",
  notSaved: (why: string) => `The pictures were not saved: ${why}`,
  tooMuch: (size: string, most: string) => `${size} are too much for one file; select up to ${most}.`,
  none: "No pictures yet: run a model that draws, and they appear here.",
  noneSince: (when: string) => `No pictures since ${when}. Show more looks further back.`,
};
