/**
 * The file of `--allow-graphs`: what graphs that clients bring along may name.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { assertKeys } from "../../core/errors/option_check.ts";
import { GraphPolicy } from "../../core/pipeline/graph_policy.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";

const OPTION = "--allow-graphs";

/**
 * Reads a policy.
 *
 * @param registry knows the node types that it names
 * @throws {SluiceError} `InvalidConfig` if the file cannot be read or used; `NodeTypeNotFound`
 */
export async function readPolicy(path: string, registry: NodeRegistry): Promise<GraphPolicy> {
  let read: object;
  try {
    read = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const message = `Cannot read the graph policy "${path}": ${(error as Error).message}`;
    throw new SluiceError("InvalidConfig", message, { key: OPTION });
  }
  assertKeys(`Cannot use the graph policy "${path}"`, read, ["nodes", "roots", "hosts", "plugins", "limits"]);
  return new GraphPolicy({ ...read, registry });
}
