interface Made {
  model: { slug: string };
  seed: unknown;
}

/** What a file of a prediction's output is called where it is saved. */
export function nameOf({ model, seed }: Made, file: { url: string }, index: number): string {
  // As the server calls it: the type text/plain is no .plain
  const type = /\.(\w+)$/.exec(new URL(file.url, location.href).pathname)?.[1] ?? "bin";
  const name = model.slug.split("/").at(-1) ?? "output";
  return `${name}-${seed ?? "output"}${index > 0 ? `-${index + 1}` : ""}.${type}`;
}
