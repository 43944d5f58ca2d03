import { defineConfig, loadEnv, type Plugin } from "vite";

/** ReDoc shows its makers' logo from their own server, which a page of ours may not ask. */
const withoutForeignLogo: Plugin = {
  name: "without-foreign-logo",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "asset" && file.fileName.includes("redoc.standalone"))
        file.source = file.source.toString().replaceAll("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,");
    }
  },
};

const GENERATED = /\/api\/generated\/graphql\.ts$/;
const NAMES = /import \{([^}]*)\} from "([^"]*\/generated\/graphql)";/g;

/** Each operation as a module of its own, so that a page loads those that it sends and no other page's. */
const splitOperations: Plugin = {
  name: "split-operations",
  enforce: "pre",
  transform(code, id) {
    if (!/\.tsx?$/.test(id) || GENERATED.test(id)) return null;
    return code.replace(NAMES, (_, names: string, from: string) => {
      const all = names.split(",").map((name) => name.trim());
      const [operations, others] = [true, false].map((wanted) =>
        all.filter((name) => name !== "" && /^\w+Document$/.test(name) === wanted),
      ) as [string[], string[]];
      return [
        ...(others.length > 0 ? [`import { ${others.join(", ")} } from "${from}";`] : []),
        ...operations.map((name) => `import { ${name} } from "${from}?${name}";`),
      ].join(" ");
    });
  },
  async resolveId(source, importer) {
    const [from, name] = source.split("?");
    if (!name?.endsWith("Document") || !from?.endsWith("/generated/graphql")) return null;
    const file = await this.resolve(from, importer);
    return file && `${file.id}?${name}`;
  },
  async load(id) {
    const [file = "", name] = id.split("?");
    if (!name || !GENERATED.test(file)) return null;
    const [, value] =
      new RegExp(`export const ${name} = ([^]*?) as unknown as`).exec(
        await this.fs.readFile(file, { encoding: "utf8" }),
      ) ?? [];
    if (value === undefined) throw new Error(`${file} has no ${name}: run npm run codegen.`);
    return `import { TypedDocumentString } from ${JSON.stringify(file)};\nexport const ${name} = ${value};`;
  },
};

export default defineConfig(({ mode }) => {
  const api = loadEnv(mode, ".", "API_")["API_URL"] ?? "http://127.0.0.1:8000";
  return {
    // the server says where its files are: a proxy may serve it below a path
    base: "./",
    plugins: [withoutForeignLogo, splitOperations],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: "../server/static",
      emptyOutDir: true,
      target: "es2022",
      // the page may load nothing but files of its own origin, data: addresses of scripts included
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // Monaco and its workers are that big, and load on the GraphiQL page alone
      chunkSizeWarningLimit: 4000,
      rolldownOptions: {
        input: { index: "index.html", graphiql: "graphiql.html", swagger: "swagger.html", redoc: "redoc.html" },
        onLog(level, log, report) {
          // "use client" in GraphiQL's dependencies means nothing to a page without a server renderer
          if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
        },
      },
    },
    worker: { format: "es" },
    server: { proxy: { "/graphql": { target: api, ws: true }, "/files": { target: api } } },
  };
});
