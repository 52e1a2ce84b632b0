/**
 * The rules for names of node types, and the names that their ports and configuration keys may not have.
 *
 * @module
 */

/** Longest name of a node type, in characters. */
export const TYPE_NAME_LENGTH = 64;

/** The rule for the name of a node type, in words. */
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

/** True if a value can be the name of a node type. */
export function isTypeName(value: unknown): value is string {
  return typeof value === "string" && value.length <= TYPE_NAME_LENGTH && TYPE_NAME.test(value);
}
