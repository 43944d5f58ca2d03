/** Headless Chromium for the tests and the screenshots: the system's own, else the one in the npm package. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function onPath() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const candidates = [process.env.CHROMIUM, ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))];
  return candidates.find((path) => path && isExecutable(path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser; the caller closes it. */
export async function launch() {
  const isRoot = process.getuid?.() === 0;
  const args = isRoot ? [...FLAGS, "--no-sandbox"] : FLAGS;
  const system = onPath();
  if (system) return chromium.launch({ executablePath: system, headless: true, args });
  const { default: packed } = await import("@sparticuz/chromium");
  packed.setGraphicsMode = false;
  return chromium.launch({ executablePath: await packed.executablePath(), headless: true, args });
}
