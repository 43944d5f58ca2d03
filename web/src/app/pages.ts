import type { ComponentType } from "preact";
import { loadMessages, type LaterRoom } from "../messages/messages";
import type { Account } from "../session/account";
import type { Route } from "../ui/router";

export interface PageProps {
  account: Account;
  route: Route;
}
type Page = ComponentType<PageProps>;

/** A page that is loaded with its words where somebody opens it. */
const page =
  (load: () => Promise<Page>, ...words: readonly LaterRoom[]) =>
  async (): Promise<Page> =>
    (await Promise.all([load(), loadMessages(...words)]))[0];

const links = page(() => import("../session/LinkPage").then((room) => room.LinkPage));

/** Every page but the first ones, by the name of its route. */
export const PAGES = {
  account: page(() => import("../account/AccountPage").then((room) => room.AccountPage), "account"),
  admin: page(() => import("../admin/AdminPage").then((room) => room.AdminPage), "admin"),
  batch: page(() => import("../batches/BatchPage").then((room) => room.BatchPage), "batches"),
  batches: page(() => import("../batches/BatchesPage").then((room) => room.BatchesPage), "batches"),
  chat: page(() => import("../chat/ChatPage").then((room) => room.ChatPage), "chat"),
  compare: page(() => import("../compare/ComparePage").then((room) => room.ComparePage), "compare"),
  create: page(() => import("../create/CreatePage").then((room) => room.CreatePage), "create"),
  edit: page(() => import("../create/EditPage").then((room) => room.EditPage), "create"),
  experiments: page(() => import("../experiments/ExperimentsPage").then((room) => room.ExperimentsPage), "experiments"),
  history: page(() => import("../history/HistoryPage").then((room) => room.HistoryPage), "history"),
  performance: page(() => import("../performance/PerformancePage").then((room) => room.PerformancePage), "performance"),
  pictures: page(() => import("../pictures/PicturesPage").then((room) => room.PicturesPage), "pictures", "lightbox"),
  shared: page(() => import("../shared/SharedPage").then((room) => room.SharedPage), "shared"),
  usage: page(() => import("../usage/UsagePage").then((room) => room.UsagePage), "usage"),
  invitation: links,
  owner: page(() => import("../owner/OwnerPage").then((room) => room.OwnerPage), "owner"),
  reset: links,
  "sign-in": links,
} satisfies Partial<Record<Route["page"], () => Promise<Page>>>;
export type PageName = keyof typeof PAGES;
