/**
 * Reads the payloads of readings.
 *
 * @module
 */
import { COLUMN_CLASSES, type PacketNumber } from "../../core/frames/packet_frame.ts";
import type { TapMessage } from "./tap.ts";

/** Returns a copy of the numbers of a waveform, a spectrum or samples. */
export function floatsOf({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Returns the columns of a batch as lists, by field. */
export function columnsOf(head: TapMessage["head"], payload: Uint8Array): Record<string, number[]> {
  const { fields, batchSize } = head as { fields: Record<string, PacketNumber>; batchSize: number };
  let at = 0;
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => {
      const kind = COLUMN_CLASSES[type];
      const bytes = batchSize * kind.BYTES_PER_ELEMENT;
      const column = new kind(Uint8Array.from(payload.subarray(at, at + bytes)).buffer);
      at += Math.ceil(bytes / 8) * 8;
      return [name, Array.from(column)];
    }),
  );
}
