import { downloadZip } from "client-zip";
import { reachable } from "../ui/Media";
import type { MadePicture } from "./pictures";

const UNSAFE = /[^\w.-]+/g;

/** Names that no two pictures share, and that are files in no other folder. */
export function distinctNames(pictures: readonly MadePicture[]): string[] {
  const taken = new Set<string>();
  return pictures.map(({ name }) => {
    const safe = name.replace(UNSAFE, "-").replace(/^[.-]+/, "") || "picture";
    const dot = safe.lastIndexOf(".");
    const [stem, type] = dot > 0 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, ""];
    let chosen = safe;
    for (let count = 2; taken.has(chosen.toLowerCase()); count += 1) chosen = `${stem}_${count}${type}`;
    taken.add(chosen.toLowerCase());
    return chosen;
  });
}

/** Saves pictures as one file; throws Error where one cannot be read. */
export async function saveAsZip(pictures: readonly MadePicture[]): Promise<void> {
  const names = distinctNames(pictures);
  async function* files() {
    for (const [index, { file, made }] of pictures.entries()) {
      const input = await fetch(reachable(file.url));
      if (!input.ok) throw new Error(`${names[index]}: ${input.status}`);
      yield { name: names[index] ?? "picture", input, lastModified: new Date(made.createdAt) };
    }
  }
  const url = URL.createObjectURL(await downloadZip(files()).blob());
  const link = Object.assign(document.createElement("a"), { href: url, download: "pictures.zip" });
  link.click();
  URL.revokeObjectURL(url);
}
