import { connect, finalError, pause } from "./sockets";

export interface Follower<T> {
  onData(data: T): void;
  /** After a connection was lost: what changed meanwhile has to be asked for. */
  onGap?(): void;
  /** Whether nothing more is to come once the subscription has ended. */
  isOver?(): boolean;
}

/** Takes what a subscription gives, over lost connections. Returns how to stop. */
export function follow<T>(
  query: { toString(): string },
  variables: Record<string, unknown>,
  follower: Follower<T>,
): () => void {
  const stopped = new AbortController();
  void take(String(query), variables, follower, stopped.signal);
  return () => stopped.abort();
}

async function take<T>(
  query: string,
  variables: Record<string, unknown>,
  { onData, onGap, isOver }: Follower<T>,
  stopped: AbortSignal,
): Promise<void> {
  const client = connect();
  stopped.addEventListener("abort", () => void client.dispose());
  for (let failures = 0; !stopped.aborted; failures += 1) {
    if (failures > 0) onGap?.();
    try {
      for await (const { data, errors } of client.iterate({ query, variables })) {
        if (errors?.length) throw errors;
        if (stopped.aborted) return;
        failures = 0;
        if (data) onData(data as T);
      }
      if (isOver?.()) break;
    } catch (error) {
      // a page that is not live is still a page; what is asked for next says what is wrong
      if (stopped.aborted || (await finalError(error))) break;
    }
    await pause(failures, stopped);
  }
  void client.dispose();
}
