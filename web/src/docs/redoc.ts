/* The REST interface to read: ReDoc over the server's own OpenAPI document. */
// As it is published: it is a script of its own, which no bundler can take apart
import address from "redoc/bundles/redoc.standalone.js?url";

type Redoc = { init: (url: string, options: Record<string, unknown>, place: HTMLElement | null) => void };

const script = document.createElement("script");
script.src = address;
script.addEventListener("load", () => {
  const { Redoc } = window as unknown as { Redoc: Redoc };
  // Its search runs in a worker of a blob, which the page's policy does not allow
  Redoc.init("openapi.json", { disableSearch: true }, document.getElementById("docs"));
});
document.head.append(script);
