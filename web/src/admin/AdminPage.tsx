import { amend, query } from "../ui/router";
import { Tabs } from "../ui/Tabs";
import type { Account } from "../session/account";
import { SystemView } from "./SystemView";
import { UsersView } from "./UsersView";

type View = "system" | "users";

const NAMES: readonly (readonly [View, string])[] = [
  ["system", "System"],
  ["users", "Users"],
];

/** The whole system, for those who keep it. */
export function AdminPage({ account }: { account: Account }) {
  if (!account.isAdmin.value) {
    return (
      <div class="stage">
        <h1 class="stage-title">For administrators</h1>
        <p>Sign in as an administrator to see workers, queues, users and failed predictions.</p>
      </div>
    );
  }
  const shown: View = query.value.get("view") === "users" ? "users" : "system";
  return (
    <div class="admin">
      <Tabs
        label="Administration"
        panel="admin-view"
        tabs={NAMES}
        selected={shown}
        onSelect={(view) => amend({ view: view === "users" ? view : null, q: null })}
      />
      <div id="admin-view" class="admin-view" role="tabpanel" aria-labelledby={`admin-view-${shown}`}>
        {shown === "users" ? <UsersView /> : <SystemView />}
      </div>
    </div>
  );
}
