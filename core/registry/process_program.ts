/**
 * Processors in processes of their own: each is a stage whose program is a child of Deno, with the permissions that the
 * graph gives it and no others.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KIND } from "../../ffi/layout.gen.ts";
import { loadNative } from "../../ffi/loader.ts";
import { enterProgram } from "../../ffi/program.ts";
import { expandPort, type PortDescriptor } from "../descriptor/descriptor.ts";
import { SluiceError } from "../errors.ts";
import { assertIsolation, type IsolatePermissions, type Isolation } from "../placement/isolation.ts";
import { isThere } from "./file_kind.ts";
import type { AnyNodeType } from "./node_type.ts";
import { openGuest } from "./open_guest.ts";

/** The variables that the child may read: how to reach the runtime. */
const VARIABLES = ["SLUICE_GUEST_LIBRARY"];

/** The module that serves the runtime, from the root of the sources. */
const PROGRAM = "guest/serve.ts";

/** The files that configure how Deno resolves imports. */
const CONFIGS = ["deno.json", "deno.jsonc"];

/** The ids of stages that were entered, by what they are made of. */
const entered = new Map<string, string>();

/**
 * Returns the type that a node has by its isolation: a processor in a process of its own is a native stage to the graph.
 *
 * @throws {SluiceError} `InvalidConfig` for a processor that cannot run there
 */
export function isolatedType(id: string, type: AnyNodeType, options: Isolation): AnyNodeType {
  const { descriptor, package: from, portsOf } = type;
  if (options.isolate !== "process" || descriptor.lane === "native") return type;
  assertIsolation(id, descriptor, options);
  if (from === undefined) {
    const message =
      `Cannot isolate node "${id}" (${descriptor.type}): no package exports its type, and a process finds it there`;
    throw new SluiceError("InvalidConfig", message, { nodeId: id, key: "isolate" });
  }
  return {
    descriptor: {
      ...descriptor,
      lane: "native",
      process: true,
      mode: descriptor.mode === "pull" ? "loop" : descriptor.mode,
    },
    package: from,
    program: { permissions: options.isolatePermissions ?? {} },
    load: () => type.load(),
    ...(portsOf && { portsOf }),
  };
}

/**
 * Has the native library know the stage of such a type.
 *
 * @returns the stage's id
 * @throws {SluiceError} `NativeUnavailable` on a system without isolated stages
 */
export function processStage({ descriptor, package: from, program }: AnyNodeType): string {
  const { type, inputs, outputs } = descriptor;
  const mode = descriptor.mode as Exclude<typeof descriptor.mode, "pull">;
  const module = from!.url;
  const asked = { module, mode, inputs: inputs.flatMap(stagePorts), outputs: outputs.flatMap(stagePorts), ...program };
  const key = JSON.stringify([type, asked]);
  const known = entered.get(key);
  if (known !== undefined) return known;
  assertOwn(type, program!.permissions);
  const id = `deno.${type.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}-${entered.size}`;
  const start = {
    host: commandOf(module, type, program!.permissions),
    describe: [],
    environment: [["NO_COLOR", "1"]] as const,
    source: module,
    limitMs: 0,
  };
  try {
    enterProgram(loadNative().symbols, start, [{
      id,
      mode,
      inputs: asked.inputs,
      outputs: asked.outputs,
      figures: [],
    }]);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SluiceError("NativeUnavailable", `Cannot isolate a node of type "${type}": ${cause.message}`, { cause });
  }
  entered.set(key, id);
  return id;
}

function stagePorts(port: PortDescriptor) {
  return expandPort(port).map((name) => ({
    name,
    kind: KIND[port.kind],
    formats: [],
    burst: Math.min(port.burst, 256),
  }));
}

/**
 * Returns the command of the child. Its library is opened by a module that stands in the command, and is evaluated first;
 * no import map can name it, because it has a number that nobody knows before. Static imports need no permission to read.
 */
function commandOf(module: string, type: string, permissions: IsolatePermissions): string[] {
  // No import: another process runs it.
  const serve = new URL(`../../${PROGRAM}`, import.meta.url).href;
  const lines = [
    `import ${JSON.stringify(inline(`(${openGuest})(); // ${crypto.randomUUID()}`))};`,
    `import { serve } from ${JSON.stringify(serve)};`,
    `import * as made from ${JSON.stringify(module)};`,
    `await serve(made, ${JSON.stringify(type)});`,
  ];
  const config = configOf(module);
  return [
    Deno.build.standalone ? "deno" : Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    // What is not there yet is not fetched: an address can tell as much as a message.
    ...isNothing(permissions.import) ? ["--cached-only"] : [],
    ...config === undefined ? ["--no-config", "--no-lock"] : ["--config", config, lockFlag(config)],
    "--allow-ffi",
    ...flagsOf({ ...permissions, env: withVariables(permissions.env) }),
    inline(lines.join("")),
  ];
}

/** Returns a module that stands in its own address. */
function inline(text: string): string {
  return `data:application/javascript,${encodeURIComponent(text)}`;
}

/** True if a permission allows nothing. */
function isNothing(permission: boolean | readonly string[] | undefined): boolean {
  return permission === undefined || permission === false || (permission !== true && permission.length === 0);
}

/** Packages are found as the lock says, without asking a registry for their versions. The child writes none. */
function lockFlag(config: string): string {
  return isThere(join(dirname(config), "deno.lock")) ? "--frozen" : "--no-lock";
}

/**
 * Refuses what this program itself may not do: a child would else be a way around that.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
function assertOwn(type: string, permissions: IsolatePermissions): void {
  for (const [name, value] of Object.entries(permissions) as [PermissionName, boolean | readonly string[]][]) {
    if (isNothing(value)) continue;
    const asked = value === true ? [undefined] : value as readonly string[];
    const isLacking = (each?: string) => Deno.permissions.querySync(described(name, each)).state !== "granted";
    const lacking = asked.filter(isLacking);
    if (lacking.length === 0) continue;
    const what = lacking[0] === undefined ? name : `${name} of "${lacking[0]}"`;
    const message = `Cannot isolate a node of type "${type}" with the permission ${what}: this program lacks it`;
    throw new SluiceError("InvalidConfig", message, { key: `isolatePermissions.${name}` });
  }
}

type PermissionName = keyof IsolatePermissions;

/** As Deno's queries name a permission for one path, host, variable, program or fact. */
function described(name: PermissionName, value: string | undefined): Deno.PermissionDescriptor {
  if (value === undefined) return { name } as Deno.PermissionDescriptor;
  const keys: Record<PermissionName, string> = {
    read: "path",
    write: "path",
    net: "host",
    env: "variable",
    run: "command",
    sys: "kind",
    import: "host",
  };
  return { name, [keys[name]]: value } as unknown as Deno.PermissionDescriptor;
}

function withVariables(env: IsolatePermissions["env"]): IsolatePermissions["env"] {
  return env === true ? true : [...env || [], ...VARIABLES];
}

/** As `deno run` has them. A comma in a value is doubled. */
function flagsOf(permissions: IsolatePermissions): string[] {
  return Object.entries(permissions).flatMap(([name, value]: [string, boolean | readonly string[] | undefined]) => {
    if (value === true) return [`--allow-${name}`];
    if (value === undefined || value === false || isNothing(value)) return [];
    return [`--allow-${name}=${value.map((each) => each.replaceAll(",", ",,")).join(",")}`];
  });
}

/** Returns the nearest configuration of a module, by which its imports are resolved. */
function configOf(module: string): string | undefined {
  if (!module.startsWith("file:")) return undefined;
  for (let at = dirname(fileURLToPath(module));; at = dirname(at)) {
    const found = CONFIGS.map((name) => join(at, name)).find(isThere);
    if (found !== undefined || at === dirname(at)) return found;
  }
}
