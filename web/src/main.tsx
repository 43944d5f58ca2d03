import "./styles/index.css";
import { render } from "preact";
import { followSession } from "./api/session";
import { App } from "./app/App";
import { followAddress } from "./ui/router";
import { rootLinks } from "./app/root_links";
import { restoreTheme } from "./app/theme";
import { greet } from "./messages/messages";

restoreTheme();
rootLinks();
const root = document.getElementById("app");
if (root)
  void greet().then(() => {
    followSession();
    followAddress();
    render(<App />, root);
  });
