/**
 * Decides which nodes can be bypassed: those whose output can carry the frames of their input.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { kindOf } from "../errors/kind_of.ts";
import { isSideInput, type NodeDescriptor } from "./descriptor.ts";

/** True if nodes of a type can be bypassed. */
export function canBypass(descriptor: NodeDescriptor): boolean {
  const { inputs, outputs, mode, lane } = descriptor;
  const isSide = inputs.slice(1).every((input) => lane !== "native" && isSideInput(descriptor, input));
  return inputs.length > 0 && isSide && outputs.length === 1 && inputs[0].kind === outputs[0].kind &&
    inputs[0].schema === outputs[0].schema && inputs[0].generic?.argument === outputs[0].generic?.argument &&
    [...inputs, ...outputs].every((port) => port.array === undefined && port.dynamic === undefined) &&
    mode !== "external";
}

/**
 * Checks that a node can be bypassed.
 *
 * @param on the value asked for
 * @throws {SluiceError} `InvalidGraph` for a node of another shape, `InvalidConfig` for a value other than true or
 * false
 */
export function assertBypass(nodeId: string, descriptor: NodeDescriptor, on: unknown): void {
  const attempt = `Cannot bypass node "${nodeId}" (${descriptor.type})`;
  if (typeof on !== "boolean") {
    const message = `${attempt}: found ${kindOf(on)}, wanted true or false`;
    throw new SluiceError("InvalidConfig", message, { nodeId, key: "bypassed" });
  }
  if (canBypass(descriptor)) return;
  throw new SluiceError(
    "InvalidGraph",
    `${attempt}: only a node with one input and one output of the same type can be bypassed`,
    { nodeId },
  );
}
