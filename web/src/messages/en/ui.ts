import { plural } from "../counts";
export default {
  cancel: "Cancel",
  copy: "Copy",
  copied: "Copied",
  tags: "Tags",
  loading: "Loading …",
  showMore: "Show more",
  no: "No",
  kinds: { TEXT_GENERATION: "Text", IMAGE_GENERATION: "Image", CUSTOM: "Custom" },
  noVersion: "no version yet",
  refused: (reason: string) => `refused: ${reason}`,
  noReason: "no reason given",
  preparing: "preparing",
  preparingAgainAt: (reason: string, when: string) => `not ready: ${reason}; it is tried again ${when}`,
  preparingAgain: (reason: string) => `preparing is tried again: ${reason}`,
  runs: (count: number, amount: string) => plural(count, { one: "1 run", other: `${amount} runs` }),
  amountOf: (done: string, total: string) => `${done} of ${total}`,
};
