/**
 * Commands in words, for the titles of the log.
 *
 * @module
 */
import { redact } from "../../core/errors/redaction.ts";
import type { Command } from "../schemas/commands.ts";

/** Most characters of a value in a title. */
const MAX_VALUE = 40;

/** Most commands that a title names. */
const MAX_COMMANDS = 3;

/** Describes commands in words, the first three of them. */
export function describeCommands(commands: readonly Command[]): string {
  const more = commands.length > MAX_COMMANDS ? ", …" : "";
  return commands.slice(0, MAX_COMMANDS).map(describeCommand).join(", ") + more;
}

/** Describes in words what the commands that lead to a document do. */
export function describeApply(commands: readonly Command[]): string {
  return `apply a document: ${commands.length === 0 ? "nothing changes" : describeCommands(commands)}`;
}

/** Describes a command in words, with its values: `set gain.gainDb=-6`. No value from the environment is in them. */
export function describeCommand(command: Command): string {
  switch (command.op) {
    case "add":
      return `add ${command.id ?? command.type}`;
    case "connect":
      return `connect ${command.from} to ${command.to}${choicesOf(command)}`;
    case "disconnect":
      return `disconnect ${command.to ?? command.link}`;
    case "replace":
      return `replace ${command.node} by ${command.type}`;
    case "move":
      return `move ${command.node} to ${command.lane}`;
    case "bypass":
      return command.on === false ? `run ${command.node} again` : `bypass ${command.node}`;
    case "set": {
      const { node, values, unset = [] } = command;
      const set = Object.entries(values).map(([key, value]) => `${node}.${key}=${shownValue(value)}`);
      return `set ${[...set, ...unset.map((key) => `${node}.${key} to its default`)].join(", ")}`;
    }
    case "rename":
      return `rename ${command.node} to ${command.to}`;
    case "place":
      return `place ${command.node}`;
    case "addPort":
      return `add ${command.direction} ${command.node}.${command.port}`;
    case "removePort":
      return `remove ${command.direction} ${command.node}.${command.port}`;
    case "command":
      return `${command.name} of ${command.node}`;
    case "remove":
      return `remove ${command.node}`;
  }
}

/** The choices that a command makes for its link: ` (lossless, 8 frames)`. */
function choicesOf({ policy, capacity, convert }: Extract<Command, { op: "connect" }>): string {
  const choices = [
    ...(policy === undefined ? [] : [policy]),
    ...(capacity === undefined ? [] : [`${capacity} ${capacity === 1 ? "frame" : "frames"}`]),
    ...(convert === undefined ? [] : [`convert ${convert}`]),
  ];
  return choices.length === 0 ? "" : ` (${choices.join(", ")})`;
}

function shownValue(value: unknown): string {
  // A secret that was cut would no longer be recognized as one.
  const text = [...redact(`${JSON.stringify(value)}`)];
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE).join("")}…` : text.join("");
}
