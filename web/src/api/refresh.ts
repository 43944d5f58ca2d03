import { RefreshSessionDocument, type RefreshSessionMutation } from "./generated/graphql";
import { post } from "./post";
import { forgetTokens, keepTokens, liveToken, refreshToken } from "./session";

/** A token that ends sooner is exchanged first, so that it does not end under way. */
const AHEAD_MS = 20_000;
const LOCK = "session";

/** The access token, exchanged where it ends soon; null when nobody is signed in. */
export async function freshToken(): Promise<string | null> {
  return liveToken(AHEAD_MS) ?? renew(null);
}

/** Exchanges the refresh token, unless another tab or call did meanwhile; null when the session has ended.
 *
 * `refused`: the access token that the server does not take any more, however long it would live.
 */
export async function renew(refused: string | null): Promise<string | null> {
  return alone(async () => {
    const token = liveToken(AHEAD_MS);
    if (token !== null && token !== refused) return token;
    const held = refreshToken();
    if (held === null) {
      if (refused !== null || liveToken() === null) forgetTokens();
      return liveToken();
    }
    return exchange(held);
  });
}

async function exchange(held: string): Promise<string | null> {
  const variables = { input: { refreshToken: held } };
  // thrown on where no answer comes: the session may well go on
  const { data } = await post<RefreshSessionMutation>(String(RefreshSessionDocument), variables, null);
  const session = data?.refreshSession;
  // who signed out or in meanwhile is not signed in again, nor out
  if (!session || refreshToken() !== held) return liveToken();
  if (session.__typename === "Session") keepTokens(session);
  else forgetTokens();
  return liveToken();
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time: over all tabs where the browser can, else within this one. */
function alone<R>(work: () => Promise<R>): Promise<R> {
  if ("locks" in navigator) return navigator.locks.request(LOCK, work) as Promise<R>;
  const next = last.then(work, work);
  last = next.catch(() => {});
  return next;
}
