/**
 * Checks the pools that a node names for its outputs.
 *
 * @module
 */
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { SluiceError } from "../errors.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import type { NodePools } from "./node_pools.ts";
import { assertPool, type PoolSize } from "./pool_plan.ts";

/**
 * Checks that the pools that a node names exist, and the outputs that it names them for.
 *
 * @param sizes of the pools that the graph declares, by name
 * @throws {SluiceError} `InvalidConfig`, with the known pools; `PortNotFound`, with the outputs
 */
export function assertNodePools(
  pools: NodePools,
  nodeId: string,
  { outputs }: NodeDescriptor,
  sizes: { readonly [name: string]: PoolSize },
): void {
  if (typeof pools === "string") return assertPool(pools, nodeId, sizes);
  const attempt = `Cannot give node "${nodeId}" its pools`;
  if (!isPlainObject(pools)) {
    const message = `${attempt}: found ${kindOf(pools)}, wanted the name of a pool, or such names by output`;
    throw new SluiceError("InvalidConfig", message, { nodeId, key: "pool" });
  }
  const available = outputs.map(({ name }) => name);
  for (const [output, pool] of Object.entries(pools)) {
    if (!available.includes(output)) {
      const found = `it has no output ${describeValue(output)}${didYouMean(output, available)}`;
      const message = `${attempt}: ${found}; outputs: ${listSome(available)}`;
      throw new SluiceError("PortNotFound", message, { nodeId, port: output, available });
    }
    assertPool(pool, nodeId, sizes);
  }
}
