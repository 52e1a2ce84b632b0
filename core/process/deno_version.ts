/**
 * The versions of Deno that run Sluice. A version older than 2.3 stops before it reads a line of Sluice: it does not
 * know the lock file's format, or `links`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

/** Major and minor version of the oldest tested Deno. */
const OLDEST: readonly [number, number] = [2, 9];

/** The command that runs a fit version. */
export const DENO_COMMAND = "npx -y deno@2.9.6";

/** `2.9 or later`. */
export const WANTED_DENO: string = `${OLDEST.join(".")} or later`;

/** True if a version of Deno runs Sluice. */
export function isDenoFit(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/**
 * Refuses a Deno that is too old.
 *
 * @param what the refused action, as in "Cannot … with Deno 2.5.7"
 * @throws {SluiceError} `InvalidConfig`
 */
export function assertDeno(what: string = "run Sluice", version: string = Deno.version.deno): void {
  if (isDenoFit(version)) return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot ${what} with Deno ${version}: wanted ${WANTED_DENO}; run "deno upgrade", or write "${DENO_COMMAND}", ` +
      `which brings it, in place of "deno"`,
  );
}
