import { SessionMenu } from "../session/SessionMenu";
import { AutoIcon, Mark, MoonIcon, SunIcon } from "./icons";
import { nextTheme, theme } from "./theme";

const ICONS = { auto: AutoIcon, light: SunIcon, dark: MoonIcon };
const NAMES = { auto: "as the system", light: "light", dark: "dark" };

export function Header({ onSession }: { onSession: () => void }) {
  const ThemeIcon = ICONS[theme.value];
  return (
    <header class="header">
      <a class="brand" href="/">
        <Mark />
        <span>inference-server</span>
      </a>
      <nav class="header-nav" aria-label="Site">
        <a class="header-link" href="/graphql">
          GraphiQL
        </a>
        <button
          type="button"
          class="button button-icon button-quiet"
          aria-label={`Colours: ${NAMES[theme.value]}. Change`}
          title={`Colours: ${NAMES[theme.value]}`}
          onClick={nextTheme}
        >
          <ThemeIcon />
        </button>
        <SessionMenu onChange={onSession} />
      </nav>
    </header>
  );
}
