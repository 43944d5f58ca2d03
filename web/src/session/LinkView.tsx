import { useModule } from "../ui/module";
import type { Account } from "./account";

export type LinkPageName = "invitation" | "reset" | "sign-in";

/** A page that a link leads to, loaded where one does. */
export function LinkView({ page, account }: { page: LinkPageName; account: Account }) {
  const part = useModule(() => import("./LinkPage"));
  return (
    <div class="stage">
      {part && <part.LinkPage key={page} page={page} account={account} />}
      {part === false && <p>This page did not load; load it again.</p>}
    </div>
  );
}
