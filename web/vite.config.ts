import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const api = loadEnv(mode, ".", "API_")["API_URL"] ?? "http://127.0.0.1:8000";
  return {
    base: "/static/",
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
        input: { index: "index.html", graphiql: "graphiql.html" },
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
