import { signedIn } from "../api/session";
import type { Account } from "../session/account";
import { SessionMenu } from "../session/SessionMenu";
import { AutoIcon, Mark, MoonIcon, SunIcon } from "../ui/icons";
import { route } from "../ui/router";
import { nextTheme, theme } from "./theme";

const ICONS = { auto: AutoIcon, light: SunIcon, dark: MoonIcon };
const NAMES = { auto: "as the system", light: "light", dark: "dark" };

export function Header({ account }: { account: Account }) {
  const ThemeIcon = ICONS[theme.value];
  return (
    <header class="header">
      <a class="brand" href="/" aria-label="inference-server, all models">
        <Mark />
        <span>inference-server</span>
      </a>
      <nav class="header-nav" aria-label="Site">
        <PageLink href="/" page="gallery" name="Models" />
        <PageLink href="/compare" page="compare" name="Compare" />
        {signedIn.value && <PageLink href="/history" page="history" name="History" />}
        {account.isAdmin.value && <PageLink href="/admin" page="admin" name="System" />}
        <a class="header-link" href="/graphql">
          GraphiQL
        </a>
      </nav>
      <div class="header-end">
        <button
          type="button"
          class="button button-icon button-quiet"
          aria-label={`Colours: ${NAMES[theme.value]}. Change`}
          title={`Colours: ${NAMES[theme.value]}`}
          onClick={nextTheme}
        >
          <ThemeIcon />
        </button>
        <SessionMenu account={account} />
      </div>
    </header>
  );
}

function PageLink({ href, page, name }: { href: string; page: string; name: string }) {
  return (
    <a class="header-link" href={href} aria-current={route.value.page === page ? "page" : undefined}>
      {name}
    </a>
  );
}
