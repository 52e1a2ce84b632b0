/**
 * Nodes that belong to the script: each has a type of its own, around an object that both sides share, so each is added
 * only once. Such nodes run on main, and no graph file can name them.
 *
 * @module
 */
import type { Processor } from "../processor.ts";
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import { SluiceError } from "../errors.ts";
import { defineNodeType, type NodeSpec, type PortRegistry } from "../registry/node_type.ts";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";

/** A processor with one port, whose field has the port's name. */
export interface AppProcessor<P> extends Processor {
  /** Assigns the port. */
  wire(port: P): void;
  /** As in {@linkcode NodeInstance}. */
  awaitsScript?(): boolean;
  /** As in {@linkcode NodeInstance}. */
  disabled?(): void;
}

/** Makes the spec of a node around an existing processor. */
// deno-lint-ignore no-explicit-any -- the bound that every handle meets
export function appNode<H extends NodeHandle<any, any>, P extends StreamInput | StreamOutput>(
  parts: Pick<NodeDescriptor, "type" | "className" | "description" | "mode">,
  port: Pick<PortDescriptor, "name" | "direction" | "kind" | "type"> & { schema?: string },
  processor: AppProcessor<P>,
  extend: NonNullable<NodeSpec<H>["extend"]>,
): NodeSpec<H> {
  const described: PortDescriptor = { ...port, optional: false, burst: 1, doc: "" };
  const descriptor: NodeDescriptor = {
    ...parts,
    source: "core/app",
    doc: parts.description,
    category: "app",
    tags: [],
    trigger: "any",
    lane: "main",
    converts: [],
    isAsync: true,
    inputs: port.direction === "input" ? [described] : [],
    outputs: port.direction === "output" ? [described] : [],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  };
  const type = defineNodeType<Record<never, never>, H>({
    descriptor,
    load: () =>
      Promise.resolve(() => ({
        processor,
        ports: onePort(port, processor),
        tick: (context) => processor.process(context),
        configure: () => {},
        awaitsScript: () => processor.awaitsScript?.() === true,
        disabled: () => processor.disabled?.(),
      })),
  });
  return { ...type(), extend };
}

/** Returns the ports of a node with one port. */
function onePort<P extends StreamInput | StreamOutput>(
  { name, direction }: Pick<PortDescriptor, "name" | "direction">,
  processor: AppProcessor<P>,
): PortRegistry {
  let own: StreamInput | StreamOutput | undefined;
  const named = (side: string) => side === direction && own !== undefined ? { [name]: own } : {};
  return {
    inputs: () => named("input") as { readonly [name: string]: StreamInput },
    outputs: () => named("output") as { readonly [name: string]: StreamOutput },
    visit: (visitor) => own !== undefined && visitor[direction](name, own as StreamInput & StreamOutput),
    wire(wiring) {
      own = wiring[direction](name);
      processor.wire(own as P);
    },
  };
}

/** Reports to a node that it has left its graph. @param reason why it never joined, if so */
export type Left = (reason?: unknown) => void;

/** A script's node, once it has a handle. */
export interface Joined<H> {
  readonly handle: H;
  /** To call once the node has left its graph; absent if the node needs no report. */
  readonly left: Left | undefined;
}

/** Makes the handle of a node that an edit adds. @param plain the handle with the ports alone */
export type Join = <H extends NodeHandle>(spec: Pick<NodeSpec<H>, "extend">, plain: NodeHandle) => Joined<H>;

const added = new WeakSet<object>();

/**
 * Checks that a node which belongs to the script is in no graph yet.
 *
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertNew(spec: Pick<NodeSpec, "type">): void {
  if (!added.has(spec)) return;
  const { type, className } = spec.type.descriptor;
  const maker = className[0].toLowerCase() + className.slice(1);
  throw new SluiceError(
    "InvalidGraph",
    `Cannot add an "${type}" twice: it feeds or is read as one node; call ${maker} once for each`,
  );
}

/**
 * Refuses to replace another node by one that belongs to the script: the script would go on using its own object.
 *
 * @param attempt the start of the message, before the type's name: `Cannot replace node "a" by`
 * @throws {SluiceError} `Busy`
 */
export function assertNotShared(spec: Pick<NodeSpec, "type" | "extend">, attempt: string): void {
  if (spec.extend === undefined) return;
  const { type } = spec.type.descriptor;
  throw new SluiceError(
    "Busy",
    `${attempt} an ${type}: it talks to the script; remove the node, and add and link this one, in one runtime.edit()`,
  );
}

/** Notes that a node was added. */
export function noteAdded(spec: Pick<NodeSpec, "type" | "extend">): void {
  if (spec.extend !== undefined) added.add(spec);
}
