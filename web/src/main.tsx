import "./styles/index.css";
import { render } from "preact";
import { followSession } from "./api/session";
import { App } from "./page/App";
import { followAddress } from "./page/router";
import { restoreTheme } from "./page/theme";

restoreTheme();
followSession();
followAddress();
const root = document.getElementById("app");
if (root) render(<App />, root);
