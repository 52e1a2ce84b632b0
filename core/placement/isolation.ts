/**
 * Nodes whose stages run in processes of their own.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { describeValue } from "../errors/describe_value.ts";
import { SluiceError } from "../errors.ts";

/** The least and the most memory that an isolated stage may be given, MiB. */
export const ISOLATE_MEMORY_MB: readonly [least: number, most: number] = [16, 1_048_576];

/** Whether a node's stage runs in a process of its own, and with what. */
export interface Isolation {
  readonly isolate: "process";
  /** Most memory that the process may have for itself, MiB; absent: as much as the system gives. */
  readonly isolateMemoryMb?: number;
}

/** What may be said of it. */
export interface IsolationOptions {
  /** `process`: its stage runs in a process of its own. `false`: it does not. */
  readonly isolate?: "process" | false;
  /** As {@linkcode Isolation.isolateMemoryMb}. */
  readonly isolateMemoryMb?: number;
}

/**
 * What holds of a node that takes another one's place: by default what held of that.
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
 * Checks what is said of a node.
 *
 * @returns `undefined` if it is not isolated
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
