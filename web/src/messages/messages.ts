/** All words that the page says, by room: a file a language and room, loaded with what shows them. */
import type account from "./en/account";
import type admin from "./en/admin";
import type batches from "./en/batches";
import type chat from "./en/chat";
import type choices from "./en/choices";
import type code from "./en/code";
import type compare from "./en/compare";
import type create from "./en/create";
import type experiments from "./en/experiments";
import type lightbox from "./en/lightbox";
import type options from "./en/options";
import type history from "./en/history";
import type owner from "./en/owner";
import type performance from "./en/performance";
import type shared from "./en/shared";
import type pictures from "./en/pictures";
import type mask from "./en/mask";
import type * as start from "./en/start";
import type usage from "./en/usage";
import { language, preferredLanguage, rememberLanguage, type Language } from "./language";

/** Words that come with a page or a part of one. */
interface Later {
  account: typeof account;
  admin: typeof admin;
  batches: typeof batches;
  chat: typeof chat;
  choices: typeof choices;
  code: typeof code;
  compare: typeof compare;
  create: typeof create;
  experiments: typeof experiments;
  history: typeof history;
  owner: typeof owner;
  performance: typeof performance;
  options: typeof options;
  lightbox: typeof lightbox;
  shared: typeof shared;
  pictures: typeof pictures;
  mask: typeof mask;
  usage: typeof usage;
}
export type LaterRoom = keyof Later;

type Files<T> = Record<Language, () => Promise<T>>;

const START: Files<typeof start> = {
  en: () => import("./en/start"),
  de: () => import("./de/start"),
};
const LATER: { [Room in LaterRoom]: Files<{ default: Later[Room] }> } = {
  account: { en: () => import("./en/account"), de: () => import("./de/account") },
  admin: { en: () => import("./en/admin"), de: () => import("./de/admin") },
  batches: { en: () => import("./en/batches"), de: () => import("./de/batches") },
  chat: { en: () => import("./en/chat"), de: () => import("./de/chat") },
  choices: { en: () => import("./en/choices"), de: () => import("./de/choices") },
  code: { en: () => import("./en/code"), de: () => import("./de/code") },
  compare: { en: () => import("./en/compare"), de: () => import("./de/compare") },
  create: { en: () => import("./en/create"), de: () => import("./de/create") },
  experiments: { en: () => import("./en/experiments"), de: () => import("./de/experiments") },
  lightbox: { en: () => import("./en/lightbox"), de: () => import("./de/lightbox") },
  options: { en: () => import("./en/options"), de: () => import("./de/options") },
  history: { en: () => import("./en/history"), de: () => import("./de/history") },
  owner: { en: () => import("./en/owner"), de: () => import("./de/owner") },
  performance: { en: () => import("./en/performance"), de: () => import("./de/performance") },
  shared: { en: () => import("./en/shared"), de: () => import("./de/shared") },
  pictures: { en: () => import("./en/pictures"), de: () => import("./de/pictures") },
  mask: { en: () => import("./en/mask"), de: () => import("./de/mask") },
  usage: { en: () => import("./en/usage"), de: () => import("./de/usage") },
};

/** The words in the reader's language; those of a room are there once `loadMessages` was awaited. */
export const say = {} as typeof start & Later;

const rooms = new Set<LaterRoom>();

/** Loads the words of rooms, before they are shown. */
export async function loadMessages(...wanted: readonly LaterRoom[]): Promise<void> {
  for (const room of wanted) rooms.add(room);
  Object.assign(say, await fetchWords(language.value, wanted));
}

/** Begins with the reader's language. */
export async function greet(): Promise<void> {
  await change(preferredLanguage());
}

/** Says everything in another language from now on, also when the reader comes back. */
export async function speak(next: Language): Promise<void> {
  rememberLanguage(next);
  await change(next);
}

async function change(next: Language): Promise<void> {
  const [first, later] = await Promise.all([START[next](), fetchWords(next, [...rooms])]);
  Object.assign(say, first, later);
  language.value = next;
}

async function fetchWords(next: Language, wanted: readonly LaterRoom[]): Promise<Partial<Later>> {
  const files = await Promise.all(wanted.map((room) => LATER[room][next]()));
  return Object.fromEntries(wanted.map((room, index) => [room, files[index]?.default]));
}
