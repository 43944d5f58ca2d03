import { options } from "preact";
import { ROOT } from "../api/root";

/** Leads every link to a page of ours below the path at which a proxy serves it. */
export function rootLinks(): void {
  if (!ROOT) return;
  const before = options.vnode;
  options.vnode = (vnode) => {
    const { href } = vnode.props as { href?: unknown };
    if (vnode.type === "a" && typeof href === "string" && /^\/(?!\/)/.test(href))
      vnode.props = { ...vnode.props, href: ROOT + href } as typeof vnode.props;
    before?.(vnode);
  };
}
