import "./styles/index.css";
import { render } from "preact";
import { followSession } from "./api/session";
import { App } from "./app/App";
import { followAddress } from "./ui/router";
import { restoreTheme } from "./app/theme";

restoreTheme();
followSession();
followAddress();
const root = document.getElementById("app");
if (root) render(<App />, root);
