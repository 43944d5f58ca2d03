import { number } from "../counts";

export default {
  title: (name: string) => `Picture ${name}`,
  close: "Close",
  before: "Picture before",
  after: "Next picture",
  place: (at: number, count: number) => `${number(at)} / ${number(count)}`,
  placeOfMore: (at: number, count: number) => `${number(at)} / ${number(count)}+`,
  larger: "Zoom in",
  smaller: "Zoom out",
  fit: "Fit",
  zoom: (percent: string) => `Zoom ${percent}`,
  keys: "← → next, + − zoom, 0 fits, Esc closes.",
  copy: "Copy picture",
  copied: "Copied",
  notCopied: "This browser does not copy pictures.",
  use: "Use as input",
  seed: "Seed",
  picture: "The picture, larger",
  parameters: "Parameters",
};
