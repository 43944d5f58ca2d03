import { storageName } from "../api/root";
import type { Conversation } from "./conversation";

/** Conversations that a browser has room for; of more, those are dropped that were longest not gone on with. */
export const MOST_CONVERSATIONS = 100;

const DATABASE = storageName("chat");
const STORE = "conversations";
const BY_OWNER = "owner";

/** Conversations in this browser's own database: nobody else has them, and another browser has them not. */
export class Store {
  #database: Promise<IDBDatabase> | null = null;

  /** Those of one owner, the newest first. */
  async list(owner: string): Promise<Conversation[]> {
    const store = await this.#open("readonly");
    const all = await answerOf<Conversation[]>(store.index(BY_OWNER).getAll(owner));
    return all.sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** Puts one in, with what another tab added to it meanwhile. */
  async put(conversation: Conversation): Promise<void> {
    const store = await this.#open("readwrite");
    const before = await answerOf<Conversation | undefined>(store.get(conversation.id));
    const ids = new Set(conversation.turns.map(({ id }) => id));
    const parents = new Set([null, ...ids]);
    const others = (before?.turns ?? []).filter(({ id, state }) => !ids.has(id) && state !== "failed");
    for (const { id } of others) parents.add(id);
    const added = others.filter(({ parent }) => parents.has(parent));
    await answerOf(store.put({ ...conversation, turns: [...conversation.turns, ...added] }));
    const all = await answerOf<Conversation[]>(store.index(BY_OWNER).getAll(conversation.owner));
    const surplus = all.sort((a, b) => b.updatedAt - a.updatedAt).slice(MOST_CONVERSATIONS);
    for (const { id } of surplus) await answerOf(store.delete(id));
  }

  async remove(id: string): Promise<void> {
    await answerOf((await this.#open("readwrite")).delete(id));
  }

  async clear(owner: string): Promise<void> {
    const store = await this.#open("readwrite");
    for (const id of await answerOf(store.index(BY_OWNER).getAllKeys(owner))) await answerOf(store.delete(id));
  }

  async #open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.#database ??= open();
    const database = await this.#database;
    return database.transaction(STORE, mode).objectStore(STORE);
  }
}

function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(STORE, { keyPath: "id" }).createIndex(BY_OWNER, "owner");
  };
  return answerOf(asked);
}

function answerOf<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("The browser's database did not answer."));
  });
}
