export default {
  title: "Experiments of",
  about:
    "Versions that shared the traffic: each figure with its interval of 95%, below it how it differs from the baseline; bold where zero lies outside. Times are the median and the 95th percentile.",
  none: "No experiment yet: one begins with the traffic shared among versions.",
  noModel: (slug: string) => `There is no model ${slug}`,
  noModelWhy: "It does not exist, or it is private. What experiments found is shown to its owner and administrators.",
  unnamed: (moment: string) => `Experiment of ${moment}`,
  runs: "runs",
  ends: { STOPPED: "stopped", REPLACED: "replaced by another", GUARDRAIL: "ended by its guardrail" },
  since: (moment: string) => `since ${moment}`,
  until: (moment: string) => `until ${moment}`,
  share: (version: number, weight: number) => `version ${version}: weight ${weight}`,
  breach: (version: number, limit: string, hits: string, count: string) =>
    `Version ${version} broke ${limit}: ${hits} of ${count} predictions.`,
  version: "Version",
  predictions: "Predictions",
  errors: "Errors",
  queue: "Waiting",
  firstToken: "First token",
  total: "Total",
  baseline: "baseline",
  tooFew: "Where nothing is shown there are too few predictions to say.",
};
