import { number, plural } from "../counts";

export default {
  title: "Performance of",
  noModel: (slug: string) => `There is no model ${slug}`,
  noModelWhy: "It does not exist, or it is private.",
  version: "Version",
  span: "Time",
  lastDays: (days: number) => plural(days, { one: "last day", other: `last ${days} days` }),
  successRate: "Success rate",
  endsOverTime: "Predictions that ended",
  totalOverTime: "95th percentile of the total time",
  ended: (count: number) => plural(count, { one: "1 ended", other: `${number(count)} ended` }),
  p95: (seconds: string) => `p95 ${seconds}`,
  rounded: "Percentiles are within 1% of the exact ones.",
  ends: {
    succeeded: "Succeeded",
    failed: "Failed",
    canceled: "Canceled",
    aborted: "Aborted",
    shared: "Shared results",
  },
  times: "Times",
  queue: "Waiting",
  firstToken: "First token",
  run: "Running",
  total: "Total",
  tokensPerSecond: "Tokens/s",
};
