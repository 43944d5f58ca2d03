import "./styles/index.css";
import { render } from "preact";
import { followSession } from "./api/session";
import { App } from "./page/App";
import { restoreTheme } from "./page/theme";

restoreTheme();
followSession();
const root = document.getElementById("app");
if (root) render(<App />, root);
