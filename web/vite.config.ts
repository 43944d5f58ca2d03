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

export default defineConfig(({ mode }) => {
  const api = loadEnv(mode, ".", "API_")["API_URL"] ?? "http://127.0.0.1:8000";
  return {
    base: "/static/",
    plugins: [withoutForeignLogo],
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
