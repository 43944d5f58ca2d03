interface Page<Row> {
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** How many rows of a list are fetched at a time. */
export const PAGE = 50;

/** The rows of a list; pages are fetched as the loop comes to them. */
export async function* pages<Row>(
  get: (after: string | null) => Promise<Page<Row>>,
): AsyncGenerator<Row, void, undefined> {
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Page<Row> = await get(after);
    yield* nodes;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}
