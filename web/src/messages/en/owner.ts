import { number, plural } from "../counts";

export default {
  missing: (handle: string) => `There is no user ${handle}`,
  missingDetail: "The address may be mistyped, or the account was deleted.",
  allModels: "All models",
  models: (count: number) => plural(count, { one: "1 model", other: `${number(count)} models` }),
  since: (when: string) => `here since ${when}`,
  none: "No model that you can see yet.",
};
