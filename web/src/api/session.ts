import { signal } from "@preact/signals";

const KEY = "token";

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

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // storage can be forbidden by the browser's settings; the page then works signed out
    return null;
  }
}

/** The access token while it lives, else null; a dead one is forgotten. */
export function liveToken(): string | null {
  const token = read();
  if (token === null) return null;
  const end = expiry(token);
  if (end !== null && end > Date.now()) return token;
  forgetToken();
  return null;
}

export function keepToken(token: string): void {
  try {
    localStorage.setItem(KEY, token);
  } catch {
    return;
  }
  signedIn.value = true;
}

export function forgetToken(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    return;
  }
  signedIn.value = false;
}

/** Whether a live token is held; another tab's sign-in counts too. */
export const signedIn = signal(false);

export function followSession(): void {
  const look = () => {
    signedIn.value = liveToken() !== null;
  };
  look();
  addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) look();
  });
  setInterval(look, 15_000);
}
