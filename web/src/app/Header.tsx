import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { SessionMenu } from "../session/SessionMenu";
import { AutoIcon, Mark, MoonIcon, SunIcon } from "../ui/icons";
import { route } from "../ui/router";
import { LanguageChoice } from "./LanguageChoice";
import { nextTheme, theme } from "./theme";

const ICONS = { auto: AutoIcon, light: SunIcon, dark: MoonIcon };

export function Header({ account }: { account: Account }) {
  const named = say.app.themes[theme.value];
  const ThemeIcon = ICONS[theme.value];
  return (
    <header class={signedIn.value ? "header header-many" : "header"}>
      <a class="brand" href="/" aria-label={say.app.home}>
        <Mark />
        <span>inference-server</span>
      </a>
      <nav class="header-nav" aria-label={say.app.site}>
        <PageLink href="/" page="gallery" name={say.app.models} />
        <PageLink href="/chat" page="chat" name={say.app.chat} />
        <PageLink href="/compare" page="compare" name={say.app.compare} />
        {signedIn.value && <PageLink href="/history" page="history" name={say.app.history} />}
        {signedIn.value && <PageLink href="/batches" page="batches" name={say.app.batches} />}
        {signedIn.value && <PageLink href="/usage" page="usage" name={say.app.usage} />}
        {account.isAdmin.value && <PageLink href="/admin" page="admin" name={say.app.system} />}
        <a class="header-link" href="/graphql">
          GraphiQL
        </a>
      </nav>
      <div class="header-end">
        <LanguageChoice />
        <button
          type="button"
          class="button button-icon button-quiet"
          aria-label={say.app.changeColours(named)}
          title={say.app.colours(named)}
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
