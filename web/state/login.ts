/**
 * Whether this browser has logged in, and can log out. A server on loopback requires no token.
 *
 * @module
 */
import { signal } from "@preact/signals";

export const loggedIn = signal(false);

/** Asks the server. */
export async function askForLogin(): Promise<void> {
  try {
    const answer = await fetch("/api/login");
    loggedIn.value = answer.ok && (await answer.json() as { readonly loggedIn?: unknown }).loggedIn === true;
  } catch {
    // The connection reports that no server answers.
  }
}
