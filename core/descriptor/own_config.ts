/**
 * Extracts a node's configuration from a caller's value, which must be a plain object with its own keys only.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { describeThrown } from "../errors/thrown.ts";
import type { NodeDescriptor } from "./descriptor.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";

/**
 * Copies a configuration, whose values are not yet checked.
 *
 * @param given the caller's value
 * @throws {SluiceError} `InvalidConfig` if the value is not a plain object, has keys that are symbols, or a key cannot
 * be read
 */
export function ownConfig(descriptor: NodeDescriptor, nodeId: string, given: unknown): Record<string, unknown> {
  const refuse = (found: string, key?: string, cause?: unknown): SluiceError =>
    new SluiceError("InvalidConfig", `Cannot configure node "${nodeId}" (${descriptor.type}): ${found}`, {
      nodeId,
      key,
      cause,
    });
  const values: [string, unknown][] = [];
  let kind: string | undefined;
  let symbol: symbol | undefined;
  let read: string | undefined;
  try {
    if (!isPlainObject(given)) kind = kindOf(given);
    for (const key of kind === undefined ? Reflect.ownKeys(given as object) : []) {
      if (typeof key === "symbol") {
        symbol = key;
        break;
      }
      read = key;
      values.push([key, (given as Record<string, unknown>)[key]]);
    }
  } catch (cause) {
    const what = read === undefined ? "the configuration" : `"${read}"`;
    throw refuse(`${what} cannot be read: ${describeThrown(cause).message}`, read, cause);
  }
  if (kind !== undefined) throw refuse(`the configuration is ${kind}, wanted a plain object of keys and values`);
  if (symbol !== undefined) throw refuse(`found the key ${String(symbol)}, wanted keys that are text`);
  return Object.fromEntries(values);
}
