/**
 * Nodes whose stages run in processes of their own.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { describeValue } from "../errors/describe_value.ts";
import { isPlainObject } from "../errors/kind_of.ts";
import { SluiceError } from "../errors.ts";

/** The least and the most memory of an isolated stage, MiB. */
export const ISOLATE_MEMORY_MB: readonly [least: number, most: number] = [16, 1_048_576];

/** What a processor's process may do: all of a kind, or what is listed, as Deno's flags `--allow-read` and so on have it. */
export interface IsolatePermissions {
  /** Files and folders. */
  readonly read?: boolean | readonly string[];
  /** Files and folders. */
  readonly write?: boolean | readonly string[];
  /** Hosts, with or without a port. */
  readonly net?: boolean | readonly string[];
  /** Variables of the environment. */
  readonly env?: boolean | readonly string[];
  /** Programs, which may then do all that the user may. */
  readonly run?: boolean | readonly string[];
  /** Facts about the machine. */
  readonly sys?: boolean | readonly string[];
  /** Hosts that further modules may come from. */
  readonly import?: boolean | readonly string[];
}

/** Foreign functions are none of them: they reach all memory of the process, and so the frames of others. */
const PERMISSIONS: readonly string[] = ["read", "write", "net", "env", "run", "sys", "import"];

/** The isolation of a node's code in a process of its own. */
export interface Isolation {
  /**
   * `process`: its code runs in a process of its own. `false`: it runs in the runtime's process. By default what its type
   * says, which is `false` for most.
   */
  readonly isolate?: "process" | false;
  /** Memory limit of the process, MiB; absent: the limit of the system. */
  readonly isolateMemoryMb?: number;
  /** Permissions of the process, for a processor in TypeScript; by default none. */
  readonly isolatePermissions?: IsolatePermissions;
}

/** The options of a node without a process of its own. */
export const NOT_ISOLATED: Isolation = {
  isolate: undefined,
  isolateMemoryMb: undefined,
  isolatePermissions: undefined,
};

/** The facts about a type that isolation depends on. */
type Isolated = Pick<NodeDescriptor, "type" | "lane" | "process" | "isolated" | "mode" | "inputs" | "outputs">;

/**
 * Returns the isolation of a replacing node: by default that of the old one.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function isolationAfter(
  old: Isolation & { readonly id: string },
  descriptor: Isolated,
  options: Isolation,
): Isolation {
  const { isolate, isolateMemoryMb, isolatePermissions } = options;
  if (isolate === undefined && isolateMemoryMb === undefined && isolatePermissions === undefined) return old;
  assertIsolation(old.id, descriptor, options);
  return options;
}

/** True if a node's code runs in a process of its own. */
export function isIsolated(
  { isolate, type }: Isolation & {
    readonly type: { readonly descriptor: Pick<NodeDescriptor, "process" | "isolated"> };
  },
): boolean {
  const { process, isolated } = type.descriptor;
  return isolate === "process" || process === true ||
    (isolate === undefined && isolated === true && Deno.build.os === "linux");
}

/** Checks the options for isolation. @throws {SluiceError} `InvalidConfig` */
export function assertIsolation(
  id: string,
  descriptor: Isolated,
  { isolate, isolateMemoryMb, isolatePermissions }: Isolation,
): void {
  const refuse = (key: string, why: string): never => {
    const message = `Cannot isolate node "${id}" (${descriptor.type}): ${why}`;
    throw new SluiceError("InvalidConfig", message, { nodeId: id, key });
  };
  if (isolate === undefined || isolate === false) {
    if (isolate === false && descriptor.process) refuse("isolate", "its code always runs in a process of its own");
    if (isolatePermissions !== undefined) {
      refuse("isolatePermissions", 'isolatePermissions is said of it without isolate: "process"');
    }
    if (isolateMemoryMb === undefined) return;
    const isByDefault = isolate === undefined && descriptor.isolated;
    if (!descriptor.process && !isByDefault) {
      refuse("isolateMemoryMb", 'isolateMemoryMb is said of it without isolate: "process"');
    }
  }
  if (isolate !== undefined && isolate !== false && isolate !== "process") {
    refuse("isolate", `isolate is ${describeValue(isolate)}, wanted "process" or false`);
  }
  const obstacle = descriptor.lane === "native" ? undefined : obstacleTo(descriptor);
  if (obstacle !== undefined) refuse("isolate", obstacle);
  if (isolatePermissions !== undefined) checkPermissions(isolatePermissions, descriptor, refuse);
  const [least, most] = ISOLATE_MEMORY_MB;
  if (isolateMemoryMb === undefined) return;
  if (Number.isInteger(isolateMemoryMb) && isolateMemoryMb >= least && isolateMemoryMb <= most) return;
  const wanted = `wanted a whole number from ${least} to ${most}`;
  refuse("isolateMemoryMb", `isolateMemoryMb is ${describeValue(isolateMemoryMb)}, ${wanted}`);
}

/** Returns why a processor in TypeScript cannot run in a process of its own, as a clause. */
function obstacleTo({ mode, inputs, outputs }: Isolated): string | undefined {
  if (mode === "external") {
    return "it is driven from outside, in one call for its whole life, and a process is called for each tick";
  }
  if (mode === "pull" && inputs.length > 0) {
    return "it is driven by the clock and has inputs, and a process is called when frames come";
  }
  const open = [...inputs, ...outputs].find(({ dynamic, named, generic }) => dynamic ?? named ?? generic?.frames);
  return open &&
    `the number or the kind of its ports "${open.name}" depends on links, and a process is made for fixed ports`;
}

function checkPermissions(
  permissions: IsolatePermissions,
  { lane, process }: Isolated,
  refuse: (key: string, why: string) => never,
): void {
  if (lane === "native" && !process) {
    refuse("isolatePermissions", "permissions are those of Deno, and this is a native stage, which Deno does not hold");
  }
  if (!isPlainObject(permissions)) {
    refuse(
      "isolatePermissions",
      `isolatePermissions is ${describeValue(permissions)}, wanted an object such as { net: true }`,
    );
  }
  for (const [name, value] of Object.entries(permissions)) {
    const key = `isolatePermissions.${name}`;
    if (!PERMISSIONS.includes(name)) {
      refuse(key, `there is no permission "${name}"; wanted ${PERMISSIONS.join(", ")}`);
    }
    const isList = Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "");
    if (typeof value !== "boolean" && !isList) {
      refuse(key, `${name} is ${describeValue(value)}, wanted true or a list of texts`);
    }
  }
}
