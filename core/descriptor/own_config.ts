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
 * A copy of a configuration, whose values are not yet checked.
 *
 * @param given what the caller gave
 * @throws {SluiceError} `InvalidConfig` if it is no plain object, has keys that are symbols, or a key cannot be read
 */
export function ownConfig(descriptor: NodeDescriptor, nodeId: string, given: unknown): Record<string, unknown> {
  const where = `Cannot configure node "${nodeId}" (${descriptor.type})`;
  const refuse = (found: string, key?: string, cause?: unknown): SluiceError =>
    new SluiceError("InvalidConfig", `${where}: ${found}`, { nodeId, key, cause });
  const attempt = <T>(what: string, read: () => T, key?: string): T => {
    try {
      return read();
    } catch (cause) {
      throw refuse(`${what} cannot be read: ${describeThrown(cause).message}`, key, cause);
    }
  };
  const kind = attempt("the configuration", () => isPlainObject(given) ? undefined : kindOf(given));
  if (kind !== undefined) throw refuse(`the configuration is ${kind}, wanted a plain object of keys and values`);
  const values = attempt("the configuration", () => Reflect.ownKeys(given as object)).map((key) => {
    if (typeof key === "symbol") throw refuse(`found the key ${String(key)}, wanted keys that are text`);
    return [key, attempt(`"${key}"`, () => (given as Record<string, unknown>)[key], key)];
  });
  return Object.fromEntries(values);
}
