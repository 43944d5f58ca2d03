export default {
  copied: "Copied",
  tags: "Tags",
  loading: "Loading …",
  showMore: "Show more",
  kinds: { TEXT_GENERATION: "Text", IMAGE_GENERATION: "Image", CUSTOM: "Custom" },
  noVersion: "no version yet",
  refused: (reason: string) => `refused: ${reason}`,
  noReason: "no reason given",
  preparing: "preparing",
  preparingAgain: (reason: string) => `preparing is tried again: ${reason}`,
  amountOf: (done: string, total: string) => `${done} of ${total}`,
};
