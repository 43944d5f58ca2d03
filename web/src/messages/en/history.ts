import { number } from "../counts";

export default {
  title: "History",
  private: "Your history is private",
  signIn: "Sign in to keep what you run here. A prediction made without an account is reachable by its link only.",
  all: "All",
  states: { active: "Running", succeeded: "Succeeded", failed: "Failed", canceled: "Canceled" } as Record<
    string,
    string
  >,
  state: "Status",
  model: "Model",
  from: "From",
  to: "To",
  find: "Words",
  findAbout:
    "Looked for in the texts and numbers of inputs and outputs of the newest 10,000 predictions that the other filters leave.",
  starred: "Starred",
  selection: "Selected predictions",
  selectRunning: "Select all that run",
  selectAll: "Select all shown",
  cancel: (count: number) => `Cancel ${number(count)} selected`,
  remove: (count: number) => `Delete ${number(count)} selected`,
  removeAsk: (count: number) =>
    count === 1
      ? "Delete this prediction with its input, output and files? It cannot be undone. If it runs, it is canceled."
      : `Delete ${number(count)} predictions with their inputs, outputs and files? It cannot be undone. What runs of them is canceled.`,
  nothingFits: "Nothing fits that",
  nothing: "Nothing yet",
  nothingFitsAbout: "Other days, models or states may have more.",
  nothingAbout: "Run a model, and it appears here at once.",
  showAll: "Show all",
  models: "Models",
};
