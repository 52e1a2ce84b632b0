/**
 * Nodes that belong to the script which adds them are added once: both sides share one object.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeSpec } from "../registry/node_type.ts";

const added = new WeakSet<object>();

/**
 * Checks that what is to be added is in no graph yet, if it belongs to the script.
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
 * Refuses what belongs to the script where another node is: the script would go on talking to that one.
 *
 * @param attempt how the message starts, before the type's name: `Cannot replace node "a" by`
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

/** Notes that something was added. */
export function noteAdded(spec: Pick<NodeSpec, "type" | "extend">): void {
  if (spec.extend !== undefined) added.add(spec);
}
