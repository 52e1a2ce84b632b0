/**
 * The rooms of the folders at the root, and their order: a file imports files of its own room and of rooms before it.
 * `check_arrows.ts` holds it; `docs/architecture.md` shows it, which `check_arrows_test.ts` compares.
 *
 * @module
 */

/** The rooms of a folder, from the ground up: what each has, files by name and folders with a `/` behind them. */
type Rooms = Readonly<Record<string, readonly string[]>>;

/** The rooms by the folder at the root. A file that is in none is an error: enter it. */
export const ROOMS: Readonly<Record<string, Rooms>> = {
  core: {
    "errors": ["errors.ts", "errors/"],
    "names": ["ids.ts", "duration.ts", "processor.ts"],
    "log": ["log.ts", "log/"],
    "values": ["values/"],
    "clock": ["clock/"],
    "control page": ["control_page.ts", "element_index.ts"],
    "driver": ["driver/"],
    "memory": ["memory/"],
    "frames": ["frames/"],
    "descriptor": ["annotations.ts", "descriptor/"],
    "placement": ["placement/"],
    "links": ["links/"],
    "ports": ["ports/"],
    "pools": ["pools/"],
    "stats": ["stats.ts", "stats/"],
    "registry": ["registry/"],
    "plugins": ["plugins/"],
    "payloads": ["pipeline/transport_data.ts"],
    "app": ["app/"],
    "graph": ["topology.ts", "runtime_options.ts", "graph/"],
    "run view": ["runtime_view.ts", "hidden_site.ts"],
    "items": ["pipeline/transport.ts", "pipeline/router_options.ts"],
    "process": ["process/"],
    "lane messages": ["lanes/messages.ts", "lanes/inbox_bits.ts"],
    "cells": ["lanes/cells/"],
    "lane": ["lanes/lane/"],
    "lane edits": ["lanes/edits/"],
    "lane loop": ["lanes/loop/"],
    "lane ports": ["lanes/ports/"],
    "live": ["live/"],
    "events": ["events/"],
    "session": ["session/"],
    "runtime": ["runtime.ts", "runtime/"],
    "pipeline": ["pipeline/"],
  },
  codegen: {
    "model": [
      "model.ts",
      "names.ts",
      "frame_types.ts",
      "paths.ts",
      "diagnostics.ts",
      "config_place.ts",
      "json_nesting.ts",
    ],
    "files": ["files/"],
    "configuration": ["config.ts", "plugins.ts", "runtime_path.ts", "standard_types.ts"],
    "scan": ["scan/"],
    "emit": ["emit/"],
    "generate": ["generate.ts", "shipped_stages.ts"],
    "watch": ["watch.ts"],
    "new": ["new/"],
    "command": ["main.ts"],
  },
  control: {
    "schemas": ["schemas/"],
    "client": ["client/"],
    "commands": ["commands/"],
    "answers": ["answers/"],
    "figures": ["figures/"],
    "taps": ["taps/"],
    "connections": ["connections/"],
    "mcp": ["mcp/"],
    "server": ["server/"],
  },
  cli: {
    "output": ["output/"],
    "expression": ["expression/"],
    "arguments": [
      "args.ts",
      "plugin_args.ts",
      "edit_args.ts",
      "state_args.ts",
      "media_args.ts",
      "clap_args.ts",
      "device_args.ts",
      "media_values.ts",
      "pipeline_args.ts",
      "mcp_args.ts",
      "shared_options.ts",
      "value_options.ts",
      "path_argument.ts",
      "plain_run.ts",
    ],
    "convert": ["convert/"],
    "playback": ["playback/"],
    "project": ["project/"],
    "watch": ["watch/"],
    "commands": ["commands/"],
    "main": ["main.ts"],
    "start": ["start.ts"],
  },
  web: {
    "model": ["model/"],
    "components": ["components/"],
    "state": ["state/"],
    "islands": ["islands/"],
    "routes": ["routes/"],
    "page": ["client.tsx"],
  },
};

/** A room, and its place in the order of its folder. */
export interface Room {
  readonly name: string;
  readonly place: number;
}

/**
 * The room of a file: that of the file's own name, else that of the innermost folder that a room has.
 *
 * @param path relative to the checkout
 * @returns `undefined` where the folder has rooms and the file is in none of them, `"free"` where it has no rooms
 */
export function roomOf(path: string): Room | "free" | undefined {
  const [folder] = path.split("/", 1);
  const rooms = ROOMS[folder];
  if (rooms === undefined || folder === path) return "free";
  const inside = path.slice(folder.length + 1);
  let found: Room | undefined;
  let longest = 0;
  for (const [place, [name, has]] of Object.entries(rooms).entries()) {
    for (const each of has) {
      const isIn = each.endsWith("/") ? inside.startsWith(each) : inside === each;
      if (!isIn || each.length <= longest) continue;
      found = { name, place };
      longest = each.length;
    }
  }
  return found;
}

/** A line for each folder, as `docs/architecture.md` has it. */
export function describeRooms(): string[] {
  return Object.entries(ROOMS).map(([folder, rooms]) => `- \`${folder}/\`: ${Object.keys(rooms).join(" → ")}`);
}
