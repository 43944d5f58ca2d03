import { request } from "../api/client";
import { BeginSignInDocument } from "../api/generated/graphql";
import { refusalProblem, type Problem } from "../api/problems";
import { storageName } from "../api/root";
import { address } from "../ui/router";

const KEY = storageName("signIn");

/** Goes to the provider; what is kept here meanwhile makes the way back worth something. Or why it does not go. */
export async function leaveForProvider(): Promise<Problem | null> {
  const { beginSignIn: start } = await request(BeginSignInDocument, {});
  if (start.__typename !== "SignInStart") return refusalProblem(start);
  const from = address.value;
  sessionStorage.setItem(KEY, JSON.stringify({ secret: start.secret, from }));
  location.assign(start.url);
  return null;
}

/** What was kept, once. */
export function recallSignIn(): { secret: string; from: string } {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept === null ? { secret: "", from: "/" } : (JSON.parse(kept) as { secret: string; from: string });
}
