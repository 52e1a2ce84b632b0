/**
 * The call of a command: a method of a processor with `@command()`.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";
import type { NodeCell } from "./node_cell.ts";

/**
 * Calls the method of a command.
 *
 * @param args that the schema has accepted
 * @returns the answer, or a promise of it
 * @throws {SluiceError} `InvalidConfig` if the class has no such method; the error of the method
 */
export function callCommand(
  { descriptor: { type, commands = {} }, instance: { processor } }: Pick<NodeCell, "descriptor" | "instance">,
  name: string,
  args: Record<string, unknown>,
): unknown {
  const method = Object.hasOwn(commands, name) ? commands[name].method ?? name : undefined;
  const call = method === undefined ? undefined : (processor as unknown as Record<string, unknown>)[method];
  if (typeof call !== "function") throw new SluiceError("InvalidConfig", `node type "${type}" has no such command`);
  return call.call(processor, args);
}
