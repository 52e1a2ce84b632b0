/**
 * What a file is not complete without.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";

/** The error for a track that is linked, and of which nothing has come. */
export function trackMissing(input: string, path: string, nodeId: string): SluiceError {
  return new SluiceError(
    "NodeFailed",
    `Cannot complete ${
      JSON.stringify(path)
    }: nothing has come of "${nodeId}.${input}"; leave that track out, or choose ` +
      "other times",
    { nodeId, port: input },
  );
}
