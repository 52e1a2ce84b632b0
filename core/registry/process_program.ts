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

/** The variables that the child may read: how to reach the runtime. */
const VARIABLES = ["SLUICE_GUEST_LIBRARY"];

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
 * Returns the command of the child. The library gives up the permission for foreign functions before the processor's
 * module is evaluated: imports are evaluated in their order. Static imports need no permission to read.
 */
function commandOf(module: string, type: string, permissions: IsolatePermissions): string[] {
  const [library, serve] = ["library.ts", "serve.ts"].map((name) => ownModule(`guest/${name}`));
  const lines = [
    `import ${JSON.stringify(library)};`,
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
    "--no-lock",
    ...config === undefined ? ["--no-config"] : ["--config", config],
    // What is not there yet is not fetched: an address can tell as much as a message.
    ...permissions.import === undefined ? ["--cached-only"] : [],
    "--allow-ffi",
    ...flagsOf({ ...permissions, env: withVariables(permissions.env) }),
    `data:application/javascript,${encodeURIComponent(lines.join(""))}`,
  ];
}

function withVariables(env: IsolatePermissions["env"]): IsolatePermissions["env"] {
  return env === true ? true : [...env || [], ...VARIABLES];
}

/** As `deno run` has them. A comma in a value is doubled. */
function flagsOf(permissions: IsolatePermissions): string[] {
  return Object.entries(permissions).flatMap(([name, value]: [string, boolean | readonly string[] | undefined]) => {
    if (value === true) return [`--allow-${name}`];
    if (value === undefined || value === false || value.length === 0) return [];
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

/** Returns a module of Sluice. @param path from the root of its sources */
function ownModule(path: string): string {
  return new URL(`../../${path}`, import.meta.url).href;
}
