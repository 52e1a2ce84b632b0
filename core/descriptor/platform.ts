/**
 * The systems for which a node type may have its own implementation.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

/** A system. */
export type Platform = "linux" | "darwin" | "windows";

/** All systems. */
export const PLATFORMS: readonly Platform[] = ["linux", "darwin", "windows"];

/** Returns the current system. A system that is not listed counts as Linux. */
export function currentPlatform(): Platform {
  const { os } = Deno.build;
  return os === "darwin" || os === "windows" ? os : "linux";
}

/**
 * Chooses the value for this system. Called by generated code.
 *
 * @param type the node type, for the message
 * @throws {SluiceError} `NodeTypeNotFound` if no value is for this system
 */
export function forPlatform<T>(
  type: string,
  choices: { readonly [P in Platform]?: T },
  platform: Platform = currentPlatform(),
): T {
  const choice = choices[platform];
  if (choice !== undefined) return choice;
  const available = Object.keys(choices);
  throw new SluiceError(
    "NodeTypeNotFound",
    `Cannot load node type "${type}": it has no implementation for ${platform}; there is one for ${
      available.join(", ")
    }`,
    { available },
  );
}
