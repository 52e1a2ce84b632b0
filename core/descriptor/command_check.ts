/**
 * Checks a command for a processor, and its arguments, against the descriptor of the node type.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { assertValues } from "./config_check.ts";
import type { NodeDescriptor } from "./descriptor.ts";

/** Returns the attempt, for the start of messages: `give "player" the command "skip"`. */
export function commandAttempt(nodeId: string, name: string): string {
  return `give "${nodeId}" the command "${name}"`;
}

/**
 * Refuses a command that the type of a processor does not have, and arguments that do not fit its schema.
 *
 * @returns the arguments for the method: durations are numbers in the unit of their key
 * @throws {SluiceError} `InvalidConfig`, with the known commands or keys
 */
export function assertCommand(
  { type, commands = {} }: Pick<NodeDescriptor, "type" | "commands">,
  nodeId: string,
  name: string,
  args: unknown,
): Record<string, unknown> {
  const where = `Cannot ${commandAttempt(nodeId, name)}`;
  const available = Object.keys(commands);
  const refuse = (why: string, details = {}) =>
    new SluiceError("InvalidConfig", `${where}: ${why}`, { nodeId, ...details });
  if (available.length === 0) throw refuse(`node type "${type}" takes no commands`);
  if (!Object.hasOwn(commands, name)) {
    const why = `node type "${type}" has no such command${didYouMean(name, available)}; available: ${
      listSome(available)
    }`;
    throw refuse(why, { available });
  }
  if (!isPlainObject(args)) throw refuse(`its arguments are ${kindOf(args)}, wanted an object of keys and values`);
  const schema = commands[name].args!;
  const [key] = Object.keys(args);
  if (key !== undefined && Object.keys(schema.properties).length === 0) {
    throw refuse(`found the argument "${key}", and it takes none`, { key });
  }
  return assertValues(schema, args, where, nodeId, false);
}
