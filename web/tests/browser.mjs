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
  return chromium.launch({ executablePath: onPath() ?? (await packed()), headless: true, args, timeout: 90_000 });
}

/** The Chromium of the npm package, unpacked into the folder for temporary files. */
async function packed() {
  const { default: binary } = await import("@sparticuz/chromium");
  binary.setGraphicsMode = false;
  return binary.executablePath();
}
