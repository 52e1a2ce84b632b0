/**
 * What a source for a kind of frame is made from: its port, and how an item that was pushed becomes a frame.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { kindOf } from "../errors/kind_of.ts";

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

/**
 * Refuses what is no object, so that nothing is read of it.
 *
 * @param attempt how the message starts: `Cannot push a block`
 * @param wanted in words: `an object with "channels"`
 * @throws {TypeError} that says so
 */
export function assertObject(value: unknown, attempt: string, wanted: string): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(`${attempt}: found ${kindOf(value)}, wanted ${wanted}`);
}

/**
 * Refuses what is no list of lists.
 *
 * @param attempt how the message starts: `Cannot push a block`
 * @param name of the list: `channels`
 * @param wanted what each is: `Float32Array`
 * @throws {TypeError} that says so
 */
export function assertLists(lists: unknown, attempt: string, name: string, wanted: string): void {
  const refuse = (what: string, found: unknown): never => {
    throw new TypeError(`${attempt}: ${what} is ${kindOf(found)}, wanted ${wanted}`);
  };
  if (!Array.isArray(lists)) return refuse(`"${name}"`, lists);
  const strange = lists.findIndex((each) => typeof each?.length !== "number" || typeof each === "string");
  if (strange >= 0) refuse(`${name}[${strange}]`, lists[strange]);
}

/** Takes a slot, waiting until one is free. */
export function acquire<F extends Frame>(output: StreamOutput<F>, shape: unknown): Promise<F> {
  return output.acquire(shape as Parameters<StreamOutput<F>["acquire"]>[0]);
}
