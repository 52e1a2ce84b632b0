/**
 * Asks a graph that runs elsewhere, and says a refusal in the words of the command line.
 *
 * @module
 */
import type { ControlClient } from "../../control/client/client.ts";
import { ControlError } from "../../control/client/client_calls.ts";
import { SluiceError, type SluiceErrorCode } from "../../core/errors.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { connectControl } from "./control_address.ts";

/** The server's words for what an option or a command does. */
const WORDS: readonly (readonly [string, string])[] = [
  ["pause or stop the graph first", "pause or stop the graph first, by `sluice pause` or `sluice stop`"],
  ["say force to", "give --force to"],
];

/**
 * Connects, and closes the connection after the work.
 *
 * @param work returns the exit code
 * @param words makes other words of a refusal
 * @returns the exit code, that of a refusal if the server refuses
 * @throws {SluiceError} `InvalidConfig` if nobody listens
 */
export async function askControl(
  { at, token, json }: { readonly at: string; readonly token?: string; readonly json: boolean },
  io: Io,
  work: (client: ControlClient) => Promise<number>,
  words: (message: string) => string = (message) => message,
): Promise<number> {
  const client = await connectControl(at, token);
  try {
    await client.ready();
    return await work(client);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return reportRefusal(error.code, words(error.message), io, json, error.rpc.data);
  } finally {
    client.close();
  }
}

/** Reports what the server has refused. @returns the exit code */
export function reportRefusal(code: string, message: string, io: Io, json: boolean, details = {}): number {
  const told = WORDS.reduce((text, [theirs, ours]) => text.replace(theirs, ours), message);
  reportErrors([new SluiceError(code as SluiceErrorCode, told, details)], io, json);
  return EXIT.failed;
}
