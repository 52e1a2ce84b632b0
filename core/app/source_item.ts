/**
 * The parts of a source for a kind of frame: its port, and the conversion of items to frames.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { kindOf } from "../errors/kind_of.ts";

/** Converts items of type `I` to frames of type `F`. */
export interface SourceItem<I, F extends Frame> {
  /** The output. */
  readonly port: Pick<PortDescriptor, "name" | "kind" | "type" | "schema">;
  /** Announces the format, as far as known before the first item. */
  announce?(output: StreamOutput<F>): void;
  /**
   * Makes the frame of one item, waiting for a free slot.
   *
   * @throws {TypeError} or {RangeError} if the item does not suit the source
   */
  make(output: StreamOutput<F>, item: I): Promise<F>;
}

/**
 * Refuses a value that is not an object, before its keys are read.
 *
 * @param attempt the start of the message: `Cannot push a block`
 * @param wanted the wanted value, in words: `an object with "channels"`
 * @throws {TypeError} for any other value
 */
export function assertObject(value: unknown, attempt: string, wanted: string): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(`${attempt}: found ${kindOf(value)}, wanted ${wanted}`);
}

/**
 * Refuses a value that is not a list of lists.
 *
 * @param attempt the start of the message: `Cannot push a block`
 * @param name the name of the list: `channels`
 * @param wanted the type of each inner list: `Float32Array`
 * @throws {TypeError} for any other value
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
