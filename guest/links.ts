/**
 * The ends of a node's links, as its process sees them: the runtime's process reads, writes, counts and drops.
 *
 * @module
 */
import { ENTRY } from "../ffi/layout.gen.ts";
import { expandPort, type PortDescriptor } from "../core/descriptor/descriptor.ts";
import { SluiceError } from "../core/errors.ts";
import type { Frame } from "../core/frames/frame.ts";
import { frameOf } from "../core/frames/frame_of.ts";
import type { LinkId, NodeId } from "../core/ids.ts";
import type { LinkPlan, LinkReader, LinkWriter } from "../core/links/link.ts";
import { library, REFUSED } from "./library.ts";
import type { GuestPool } from "./pool.ts";

/** Finds the pool of a frame that an input brings. */
export type PoolFinder = (entry: number) => GuestPool;

/** The reading end of whatever is linked to an input. */
export class GuestReader implements LinkReader {
  plan: LinkPlan;
  reader = undefined;
  readonly announced = undefined;
  readonly #input: number;
  readonly #poolOf: PoolFinder;

  constructor(input: number, name: string, node: NodeId, port: PortDescriptor, poolOf: PoolFinder) {
    this.plan = planOf({ toNode: node, toPort: name }, port);
    this.#input = input;
    this.#poolOf = poolOf;
  }

  take(): Frame | undefined {
    const entry = library.readEntry(this.#input);
    return entry < 0 ? undefined : this.#frameAt(entry, (pool) => pool.take(entry));
  }

  peek(): Frame | undefined {
    const entry = library.lookAtEntry(this.#input);
    return entry < 0 ? undefined : this.#frameAt(entry, (pool) => pool.see(entry));
  }

  hasFrames(): boolean {
    return true;
  }

  available(): number {
    return library.lookAtEntry(this.#input) < 0 ? 0 : 1;
  }

  ended(): boolean {
    return library.stateOf(this.#input) === "ended";
  }

  // The runtime's process counts, ends and moves links.
  countSkipped(): void {}
  putBack(): void {}
  discard(): void {}
  close(): void {}
  publish(): void {}

  #frameAt(entry: number, slotIn: (pool: GuestPool) => number): Frame {
    const pool = this.#poolOf(entry);
    const frame = frameOf(pool.asPool, slotIn(pool));
    frame.linkGap = (entry & ENTRY.discontinuity) !== 0;
    // The runtime's process has rewritten the header since this object last read it.
    frame.layout = 0;
    frame.schemaName = this.plan.schema ?? "unknown";
    return frame;
  }
}

/** The writing end of all links of an output. */
export class GuestWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer = undefined;
  readonly #output: number;

  constructor(output: number, name: string, node: NodeId, port: PortDescriptor) {
    this.plan = planOf({ fromNode: node, fromPort: name }, port);
    this.#output = output;
  }

  room(): number {
    return 1;
  }

  awaitRoom(): number {
    return 1;
  }

  write(frame: Frame): void {
    const pool = frame.pool as unknown as GuestPool;
    pool.unseal(frame.slot);
    const { entry, keeps } = pool.leave(frame.slot);
    const refusal = library.writeEntry(this.#output, entry, frame.kindCode, keeps);
    if (refusal === 0) return;
    const { fromNode, fromPort } = this.plan;
    const why = refusal === REFUSED.room
      ? 'a lossless link of it is full; write at most "burst" frames for each frame read or tick'
      : refusal === REFUSED.owner
      ? "the frame is not the tick's: it was written or released before"
      : "there is no such output";
    throw new SluiceError(
      refusal === REFUSED.room ? "Busy" : "NodeFailed",
      `Cannot write to "${fromNode}.${fromPort}": ${why}`,
      { nodeId: fromNode, port: fromPort },
    );
  }

  closed(): boolean {
    return false;
  }

  // The runtime's process tells readers.
  flush(): void {}
  publish(): void {}
  end(): void {}
  markGap(): void {}
  announce(): void {}
}

/** Returns the names of ports, each with its descriptor, in the order of their numbers. */
export function portsOf(ports: readonly PortDescriptor[]): { readonly name: string; readonly port: PortDescriptor }[] {
  return ports.flatMap((port) => expandPort(port).map((name) => ({ name, port })));
}

function planOf(end: Partial<LinkPlan>, { kind, schema, struct }: PortDescriptor): LinkPlan {
  const nobody = "" as NodeId;
  return {
    id: "" as LinkId,
    index: 0,
    // Here nothing waits for room: the runtime's process gives a frame when there is.
    policy: "roll-off",
    capacity: 1,
    kind,
    ...(schema !== undefined && { schema }),
    ...(struct !== undefined && { struct }),
    fromNode: nobody,
    fromPort: "",
    toNode: nobody,
    toPort: "",
    // Values are written into their slots, as for any link between threads.
    ring: {} as LinkPlan["ring"],
    readerBit: 0,
    writerBit: 0,
    ...end,
  };
}
