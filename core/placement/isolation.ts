/**
 * Nodes whose stages run in processes of their own.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { describeValue } from "../errors/describe_value.ts";
import { SluiceError } from "../errors.ts";

/** The least and the most memory of an isolated stage, MiB. */
export const ISOLATE_MEMORY_MB: readonly [least: number, most: number] = [16, 1_048_576];

/** The isolation of a node's stage in a process of its own. */
export interface Isolation {
  readonly isolate: "process";
  /** Memory limit of the process, MiB; absent: the limit of the system. */
  readonly isolateMemoryMb?: number;
}

/** The options for isolation. */
export interface IsolationOptions {
  /** `process`: its stage runs in a process of its own. `false`: it runs in the runtime's process. */
  readonly isolate?: "process" | false;
  /** As {@linkcode Isolation.isolateMemoryMb}. */
  readonly isolateMemoryMb?: number;
}

/**
 * Returns the isolation of a replacing node: by default that of the old one.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function isolationAfter(
  old: { readonly id: string; readonly isolation?: Isolation },
  descriptor: Pick<NodeDescriptor, "type" | "lane">,
  options: IsolationOptions,
): Isolation | undefined {
  if (options.isolate === undefined && options.isolateMemoryMb === undefined) return old.isolation;
  return checkIsolation(old.id, descriptor, options);
}

/**
 * Checks the options for isolation.
 *
 * @returns `undefined` if the node is not isolated
 * @throws {SluiceError} `InvalidConfig`
 */
export function checkIsolation(
  id: string,
  descriptor: Pick<NodeDescriptor, "type" | "lane">,
  { isolate, isolateMemoryMb }: IsolationOptions,
): Isolation | undefined {
  const refuse = (key: string, why: string): never => {
    const message = `Cannot isolate node "${id}" (${descriptor.type}): ${why}`;
    throw new SluiceError("InvalidConfig", message, { nodeId: id, key });
  };
  if (isolate === undefined || isolate === false) {
    if (isolateMemoryMb === undefined) return undefined;
    refuse("isolateMemoryMb", 'isolateMemoryMb is said of it without isolate: "process"');
  }
  if (isolate !== "process") refuse("isolate", `isolate is ${describeValue(isolate)}, wanted "process" or false`);
  if (descriptor.lane !== "native") {
    refuse("isolate", "only stages of plugins run in processes of their own, and this is a processor in TypeScript");
  }
  const [least, most] = ISOLATE_MEMORY_MB;
  if (isolateMemoryMb === undefined) return { isolate: "process" };
  if (!Number.isInteger(isolateMemoryMb) || isolateMemoryMb < least || isolateMemoryMb > most) {
    const wanted = `wanted a whole number from ${least} to ${most}`;
    refuse("isolateMemoryMb", `isolateMemoryMb is ${describeValue(isolateMemoryMb)}, ${wanted}`);
  }
  return { isolate: "process", isolateMemoryMb };
}
