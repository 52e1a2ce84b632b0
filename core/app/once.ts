/**
 * Checks that nodes which belong to a script are added only once, because both sides share one object.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeSpec } from "../registry/node_type.ts";

const added = new WeakSet<object>();

/**
 * Checks that a node which belongs to the script is in no graph yet.
 *
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertNew(spec: Pick<NodeSpec, "type">): void {
  if (!added.has(spec)) return;
  const { type, className } = spec.type.descriptor;
  const maker = className[0].toLowerCase() + className.slice(1);
  throw new SluiceError(
    "InvalidGraph",
    `Cannot add an "${type}" twice: it feeds or is read as one node; call ${maker} once for each`,
  );
}

/**
 * Refuses to replace another node by one that belongs to the script: the script would go on using its own object.
 *
 * @param attempt the start of the message, before the type's name: `Cannot replace node "a" by`
 * @throws {SluiceError} `Busy`
 */
export function assertNotShared(spec: Pick<NodeSpec, "type" | "extend">, attempt: string): void {
  if (spec.extend === undefined) return;
  const { type } = spec.type.descriptor;
  throw new SluiceError(
    "Busy",
    `${attempt} an ${type}: it talks to the script; remove the node, and add and link this one, in one runtime.edit()`,
  );
}

/** Notes that a node was added. */
export function noteAdded(spec: Pick<NodeSpec, "type" | "extend">): void {
  if (spec.extend !== undefined) added.add(spec);
}
