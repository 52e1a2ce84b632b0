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
  /** `process`: its stage runs in a process of its own. `false` (default): it runs in the runtime's process. */
  readonly isolate?: "process" | false;
  /** Memory limit of the process, MiB; absent: the limit of the system. */
  readonly isolateMemoryMb?: number;
}

/**
 * Returns the isolation of a replacing node: by default that of the old one.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function isolationAfter(
  old: Isolation & { readonly id: string },
  descriptor: Pick<NodeDescriptor, "type" | "lane" | "process">,
  options: Isolation,
): Isolation {
  if (options.isolate === undefined && options.isolateMemoryMb === undefined) return old;
  assertIsolation(old.id, descriptor, options);
  return options;
}

/** True if a node's code runs in a process of its own. */
export function isIsolated(
  { isolate, type }: Isolation & { readonly type: { readonly descriptor: Pick<NodeDescriptor, "process"> } },
): boolean {
  return isolate === "process" || type.descriptor.process === true;
}

/** Checks the options for isolation. @throws {SluiceError} `InvalidConfig` */
export function assertIsolation(
  id: string,
  descriptor: Pick<NodeDescriptor, "type" | "lane" | "process">,
  { isolate, isolateMemoryMb }: Isolation,
): void {
  const refuse = (key: string, why: string): never => {
    const message = `Cannot isolate node "${id}" (${descriptor.type}): ${why}`;
    throw new SluiceError("InvalidConfig", message, { nodeId: id, key });
  };
  if (isolate === undefined || isolate === false) {
    if (isolate === false && descriptor.process) refuse("isolate", "its code always runs in a process of its own");
    if (isolateMemoryMb === undefined) return;
    if (!descriptor.process) refuse("isolateMemoryMb", 'isolateMemoryMb is said of it without isolate: "process"');
  }
  if (isolate !== undefined && isolate !== false && isolate !== "process") {
    refuse("isolate", `isolate is ${describeValue(isolate)}, wanted "process" or false`);
  }
  if (descriptor.lane !== "native") {
    refuse("isolate", "only stages of plugins run in processes of their own, and this is a processor in TypeScript");
  }
  const [least, most] = ISOLATE_MEMORY_MB;
  if (isolateMemoryMb === undefined) return;
  if (Number.isInteger(isolateMemoryMb) && isolateMemoryMb >= least && isolateMemoryMb <= most) return;
  const wanted = `wanted a whole number from ${least} to ${most}`;
  refuse("isolateMemoryMb", `isolateMemoryMb is ${describeValue(isolateMemoryMb)}, ${wanted}`);
}
