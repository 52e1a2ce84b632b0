/**
 * Brings commands into an edit of the graph.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { listSome } from "../../core/errors/suggestion.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import type { LinkOptions } from "../../core/links/policy.ts";
import type { GraphEdit } from "../../core/live/graph_edit.ts";
import type { AddOptions } from "../../core/runtime_options.ts";
import type { Command, CommandResult } from "../schemas/commands.ts";
import { nodeAsAdd } from "./least_edit.ts";

/**
 * Makes the changes of one command.
 *
 * @returns what it made
 * @throws the errors of {@linkcode GraphEdit}
 */
export function applyCommand(edit: GraphEdit, command: Command): CommandResult {
  switch (command.op) {
    case "add": {
      const { op: _, type, config, ...options } = command;
      return { node: edit.addByType(type, config, options as AddOptions).id };
    }
    case "remove":
      edit.remove(command.node);
      return {};
    case "connect": {
      const { op: _, from, to, ...options } = command;
      return { link: edit.connectByName(from, to, options as LinkOptions) };
    }
    case "disconnect":
      disconnect(edit, command);
      return {};
    case "replace": {
      const { op: _, node, type, config = {}, ...options } = command;
      return { node: edit.replaceByType(node, type, config, options).id };
    }
    case "move":
      edit.move(command.node, command.lane);
      return {};
    case "bypass":
      edit.bypass(command.node, command.on);
      return {};
    case "set":
      edit.reconfigure(command.node, command.values, command.unset);
      return {};
    case "rename":
      rename(edit, command.node, command.to);
      return { node: command.to };
    case "place":
      edit.place(command.node, command.position);
      return {};
    case "addPort": {
      const { node, direction, port, kind } = command;
      const options = { ...(kind !== undefined && { kind: kind as FrameKind }) };
      return {
        port: direction === "input" ? edit.addInput(node, port, options) : edit.addOutput(node, port, options),
      };
    }
    case "removePort":
      if (command.direction === "input") edit.removeInput(command.node, command.port);
      else edit.removeOutput(command.node, command.port);
      return {};
    case "command":
      return {};
  }
}

function disconnect(edit: GraphEdit, { link, to }: Extract<Command, { op: "disconnect" }>): void {
  if (link !== undefined && to === undefined) edit.disconnect(link);
  else if (to !== undefined && link === undefined) edit.disconnectInput(to);
  else throw new SluiceError("InvalidConfig", 'Cannot disconnect: wanted either "link", an id, or "to", an input');
}

/** Removes a node, and adds it under another id with links as before. */
function rename(edit: GraphEdit, id: string, to: string): void {
  const { nodes, links = [] } = edit.graph();
  if (!Object.hasOwn(nodes, id)) {
    const available = Object.keys(nodes);
    const message = `Cannot rename "${id}": the graph has no such node; nodes: ${listSome(available)}`;
    throw new SluiceError("NodeNotFound", message, { nodeId: id, available });
  }
  const renamed = (address: string) => address.startsWith(`${id}.`) ? to + address.slice(id.length) : address;
  const own = links.filter(({ from, to }) => renamed(from) !== from || renamed(to) !== to);
  edit.remove(id);
  const { op: _, type, config, ...options } = nodeAsAdd(
    to,
    nodes[id],
    own.map((link) => ({
      ...link,
      from: renamed(link.from),
      to: renamed(link.to),
    })),
  );
  edit.addByType(type, config, options as AddOptions);
  for (const { from, to, ...how } of own) edit.connectByName(renamed(from), renamed(to), how as LinkOptions);
}
