/**
 * The token of a server of pipelines, or of its client.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { readToken, usableToken } from "./serve_command.ts";

const OPTION = "--token-file";

/**
 * Reads the token from a file, else from the environment.
 *
 * @returns `undefined` where neither has one
 * @throws {SluiceError} `InvalidConfig` if the file cannot be read, or holds no token; it is not shown
 */
export async function readTokenFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return readToken();
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    throw new SluiceError("InvalidConfig", `Cannot read the token: ${(error as Error).message}`, { key: OPTION });
  }
  return usableToken(text, `in "${path}"`, OPTION);
}
