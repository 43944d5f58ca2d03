import { useModule } from "../ui/module";
import type { Account } from "../session/account";

/** The administrators' page, loaded where somebody opens it. */
export function AdminView({ account }: { account: Account }) {
  const part = useModule(() => import("../admin/AdminPage"));
  if (part) return <part.AdminPage account={account} />;
  return part === false ? <p>This page did not load; load it again.</p> : null;
}
