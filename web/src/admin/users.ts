import { request } from "../api/client";
import { UsersDocument, type UsersQuery } from "../api/generated/graphql";
import { Paged } from "../api/paged";

export type UserRow = UsersQuery["users"]["nodes"][number];

const PAGE = 30;

/** The users that are looked for, page by page. */
export class Users {
  readonly list = new Paged<UserRow>(async (after) => {
    const filter = { search: this.#search || null };
    const { users } = await request(UsersDocument, { first: PAGE, after, filter });
    return users;
  });
  #search = "";

  async look(search: string): Promise<void> {
    this.#search = search.trim();
    await this.list.look();
  }
}
