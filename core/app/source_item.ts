/**
 * What a source for a kind of frame is made from: its port, and how an item that was pushed becomes a frame.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import type { PortDescriptor } from "../registry/descriptor.ts";

/** How items of type `I` become frames of type `F`. */
export interface SourceItem<I, F extends Frame> {
  /** The output. */
  readonly port: Pick<PortDescriptor, "name" | "kind" | "type" | "schema">;
  /** Says what is known of the format before the first item. */
  announce?(output: StreamOutput<F>): void;
  /**
   * Makes the frame of one item, waiting for a free slot.
   *
   * @throws {TypeError} or {RangeError} if the item is not what the source carries
   */
  make(output: StreamOutput<F>, item: I): Promise<F>;
}

/** Takes a slot, waiting for one if there is none. */
export function acquire<F extends Frame>(output: StreamOutput<F>, shape: unknown): Promise<F> {
  return output.acquire(shape as Parameters<StreamOutput<F>["acquire"]>[0]);
}
