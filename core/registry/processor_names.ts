/**
 * The names that node types may have, and those that their ports and configuration keys may not have.
 *
 * @module
 */

/** Longest name of a node type, characters. */
export const TYPE_NAME_LENGTH = 64;

/** What the name of a node type has to be. */
export const TYPE_NAME_WANTED = 'words of lower-case letters and digits, joined by "-"';

const TYPE_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Members that the runtime calls: a port or a configuration key of the same name would replace them. */
export const HOOKS: ReadonlySet<string> = new Set([
  "constructor",
  "setup",
  "process",
  "flush",
  "snapshot",
  "restore",
  "configChanged",
  "portsChanged",
  "teardown",
]);

/** Whether a value can be the name of a node type. */
export function isTypeName(value: unknown): value is string {
  return typeof value === "string" && value.length <= TYPE_NAME_LENGTH && TYPE_NAME.test(value);
}
