import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { go, query } from "../ui/router";
import { Tabs } from "../ui/Tabs";
import { InvitationsView } from "./InvitationsView";
import { LogView } from "./LogView";
import { PricesView } from "./PricesView";
import { ReportsView } from "./ReportsView";
import { SystemView } from "./SystemView";
import { UsersView } from "./UsersView";

import "../styles/admin.css";
import "../styles/chart.css";
import "../styles/history.css";

const VIEWS = {
  system: SystemView,
  users: UsersView,
  invitations: InvitationsView,
  prices: PricesView,
  reports: ReportsView,
  log: LogView,
};
type ViewName = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as ViewName[];

/** The whole system, for those who keep it. */
export function AdminPage({ account }: { account: Account }) {
  if (!account.isAdmin.value) {
    return (
      <div class="stage">
        <h1 class="stage-title">{say.admin.forAdministrators}</h1>
        <p>{say.admin.signIn}</p>
      </div>
    );
  }
  const shown = NAMES.find((name) => name === query.value.get("view")) ?? "system";
  const View = VIEWS[shown];
  return (
    <div class="admin">
      <Tabs
        label={say.admin.title}
        panel="admin-view"
        tabs={NAMES.map((name) => [name, say.admin[name]] as const)}
        selected={shown}
        // what was looked for in one view is not looked for in the next
        onSelect={(view) => go(view === "system" ? "/admin" : `/admin?view=${view}`, { replace: true })}
      />
      <div id="admin-view" class="admin-view" role="tabpanel" aria-labelledby={`admin-view-${shown}`}>
        <View />
      </div>
    </div>
  );
}
