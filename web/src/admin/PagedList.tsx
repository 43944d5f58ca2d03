import type { ComponentChildren } from "preact";
import { say } from "../messages/messages";
import { RowsAwaited } from "../prediction/Rows";
import { Callout } from "../ui/Callout";
import type { Paged } from "../api/paged";

interface Props<T> {
  list: Paged<T>;
  name: string;
  empty: string;
  children: (row: T) => ComponentChildren;
}

/** What a paged list holds, what is wrong with it, and the way to the rest. */
export function PagedList<T>({ list, name, empty, children }: Props<T>) {
  const rows = list.rows.value;
  return (
    <>
      {list.problem.value && <Callout problem={list.problem.value} />}
      {rows === null && !list.problem.value && <RowsAwaited name={name} />}
      {rows?.length === 0 && <p class="hint">{empty}</p>}
      {rows && rows.length > 0 && <ul class="panel people">{rows.map(children)}</ul>}
      {list.hasMore.value && (
        <button type="button" class="button more" onClick={() => void list.more()}>
          {say.ui.showMore}
        </button>
      )}
    </>
  );
}
