import { signal } from "@preact/signals";
import { storageName } from "./root";

const ACCESS = storageName("token");
const REFRESH = storageName("refreshToken");

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** When a JWT ends, in milliseconds since 1970; null when the text is no JWT with an expiry. */
export function expiry(token: string): number | null {
  try {
    const body = token.split(".")[1] ?? "";
    const claims: unknown = JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/")));
    const exp = (claims as { exp?: unknown }).exp;
    return typeof exp === "number" ? exp * 1000 : null;
  } catch {
    return null;
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // storage can be forbidden by the browser's settings; the page then works signed out
    return null;
  }
}

/** The access token while it lives for so long more, else null. */
export function liveToken(forMs = 0): string | null {
  const token = read(ACCESS);
  const end = token === null ? null : expiry(token);
  return end !== null && end > Date.now() + forMs ? token : null;
}

export const refreshToken = (): string | null => read(REFRESH);

export function keepTokens({ accessToken, refreshToken }: Tokens): void {
  try {
    localStorage.setItem(ACCESS, accessToken);
    localStorage.setItem(REFRESH, refreshToken);
  } catch {
    return;
  }
  signedIn.value = true;
}

export function forgetTokens(): void {
  try {
    localStorage.removeItem(ACCESS);
    localStorage.removeItem(REFRESH);
  } catch {
    return;
  }
  signedIn.value = false;
}

/** Whether tokens are held that may still be good; another tab's sign-in counts too. */
export const signedIn = signal(false);

/** Forgets tokens of which none can be good any more. */
function look(): void {
  const isHeld = liveToken() !== null || refreshToken() !== null;
  if (isHeld) signedIn.value = true;
  else forgetTokens();
}

export function followSession(): void {
  look();
  addEventListener("storage", (event) => {
    if (event.key === ACCESS || event.key === REFRESH || event.key === null) look();
  });
  setInterval(look, 15_000);
}
