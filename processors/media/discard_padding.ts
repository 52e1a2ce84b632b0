/**
 * Says in Matroska and WebM files how much at the end of a track of Opus is not heard: an encoder fills its last packet
 * up, and players would play that too. mediabunny writes no `DiscardPadding` (RFC 9559, 5.1.3.5.7), so its writer of
 * elements is given a block with one in place of a simple block.
 *
 * @module
 */
import type { Output } from "mediabunny";
import { ID } from "./ebml.ts";

/** RFC 9559, 5.1.3.5.7. */
const DISCARD_PADDING = 0x75a2;

/** What mediabunny writes: an element, bytes, several, or nothing. */
type Written = Element | Uint8Array | readonly Written[] | null;

interface Element {
  readonly id: number;
  readonly data: unknown;
}

/** What of mediabunny's writer is touched. */
interface ElementWriter {
  readonly _muxer: { readonly ebmlWriter: { writeEBML: (what: Written) => void } };
}

/**
 * Has the block of a packet say how much at its end is not heard.
 *
 * @param output has been started
 * @param bytes of the packet, by which its block is known
 */
export function discardEnd(output: Output, bytes: Uint8Array, endNs: number): void {
  const writer = (output as unknown as ElementWriter)._muxer.ebmlWriter;
  const write = writer.writeEBML.bind(writer);
  writer.writeEBML = (what) => write(padded(what, bytes, endNs));
}

function padded(what: Written, bytes: Uint8Array, endNs: number): Written {
  if (what === null || !("id" in what) || what.id !== ID.simpleBlock) return what;
  const [head, packet] = what.data as Uint8Array[];
  if (packet !== bytes) return what;
  // Flags of a simple block mean something else in a plain one.
  const block = { id: ID.block, data: [Uint8Array.of(...head.subarray(0, 3), 0), bytes] };
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, endNs);
  return { id: ID.blockGroup, data: [block, { id: DISCARD_PADDING, data: length }] };
}
