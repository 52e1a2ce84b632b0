/**
 * The frame of an MP3 file that carries no sound and tells what is in the others. Xing gave it the number of frames and
 * of bytes, and LAME added how much at the start and the end of the stream its encoder made up. Players leave that out,
 * and with it the 529 samples by which decoders are late.
 *
 * @module
 */
import type { Input } from "mediabunny";
import { readMp3Header, soundDurationNs } from "./audio_headers.ts";
import type { Mediabunny } from "./containers.ts";
import type { ReadRange } from "./mp4_check.ts";
import type { EditEnd } from "./mp4_edits.ts";

/** By how many samples every decoder is late. */
const DECODER_DELAY = 529;
/** Both counts of LAME have 12 bits. */
const MOST_SAMPLES = 0xfff;
/** Flags of Xing: the number of frames, of bytes, a table of 100 places, and a quality, without which LAME's part moves. */
const FLAGS = 1 | 2 | 4 | 8;
/** From the word `Xing` on: where the table and LAME's part begin, and where that has its two counts and its end. */
const [PLACES_AT, LAME_AT, COUNTS_AT, TAG_BYTES] = [16, 120, 141, 156];
const PLACES = 100;
/** The most bytes behind the sound that are taken for tags of another kind. */
const MOST_TAG_BYTES = 4096;
/** Who made a file whose counts are believed, as ffmpeg does. */
const MAKERS = ["LAME", "Lavf", "Lavc"];
/** Places are told of as many frames at most, so that memory is bounded: every second one is left out beyond that. */
const MOST_PLACES = 2 ** 14;

/** How much of the sound of an MP3 file is heard. */
export interface Mp3Ends {
  /** How much at the start is not heard. */
  readonly leadNs: number;
  /** Where the sound ends that is heard; `undefined` if the file does not say, or goes on behind that. */
  readonly end: EditEnd | undefined;
  /** Whether another file was joined to it, of which the tag knows nothing. */
  readonly isJoined: boolean;
}

/** What of mediabunny's reader is touched: where the frame lies, and what Xing says. */
interface Mp3Reader {
  readonly xingFrameHeaderPos: number | null;
  readonly xingData: { readonly frameCount: number | null; readonly fileSize: number | null } | null;
}

/** What an MP3 file says of its ends; `undefined` for one without LAME's part, and for a file of another kind. */
export async function readMp3Ends(
  { Mp3InputFormat }: Mediabunny,
  input: Input,
  read: ReadRange,
  size: number,
): Promise<Mp3Ends | undefined> {
  if (!(await input.getFormat() instanceof Mp3InputFormat)) return undefined;
  await input.getTracks();
  const { xingFrameHeaderPos: start, xingData } = await (input as unknown as { _getDemuxer(): Promise<Mp3Reader> })
    ._getDemuxer();
  if (start === null) return undefined;
  const frame = read(start, Math.min(size, start + 36 + TAG_BYTES));
  const tagAt = tagOffset(frame);
  const maker = String.fromCharCode(...frame.subarray(tagAt + LAME_AT, tagAt + LAME_AT + 4));
  const counts = frame.subarray(tagAt + COUNTS_AT, tagAt + COUNTS_AT + 3);
  const header = readMp3Header(frame);
  if (header === undefined || !MAKERS.includes(maker) || counts.length < 3) return undefined;
  const sampleNs = 1e9 / header.sampleRateHz;
  const lead = counts[0] * 16 + (counts[1] >> 4) + DECODER_DELAY;
  const padding = Math.max(0, (counts[1] & 0xf) * 256 + counts[2] - DECODER_DELAY);
  const frames = xingData?.frameCount ?? 0;
  const heardNs = frames * soundDurationNs("mp3", frame)! - (lead + padding) * sampleNs;
  const isJoined = size - start > (xingData?.fileSize ?? Infinity) + MOST_TAG_BYTES;
  const end = heardNs > 0 && !isJoined ? { endNs: Math.round(heardNs), roundingNs: sampleNs / 2 } : undefined;
  return { leadNs: Math.round(lead * sampleNs), end, isJoined };
}

/** Makes that frame for a file that is written. */
export class Mp3Tag {
  /** The frame as it is before anything is known but its length. */
  readonly bytes: Uint8Array;
  readonly #tagAt: number;
  readonly #sampleNs: number;
  readonly #leadNs: number;
  #frames = 0;
  #size: number;
  /** How much at the end is not heard. */
  #endNs = 0;
  /** The byte offset of every `#step`-th frame. */
  readonly #places: number[] = [];
  #step = 1;

  /**
   * @param first a frame of the stream, whose rate and channels the tag has
   * @param leadNs how much at the start is not heard
   */
  constructor(first: Uint8Array, leadNs: number) {
    this.#tagAt = tagOffset(first);
    this.#leadNs = leadNs;
    this.#sampleNs = 1e9 / readMp3Header(first)!.sampleRateHz;
    this.bytes = silentFrame(first, this.#tagAt + TAG_BYTES);
    this.bytes.set(new TextEncoder().encode("Xing"), this.#tagAt);
    this.#size = this.bytes.length;
  }

  /** Counts a frame. @param durationNs from its start to the end of what is heard of it */
  add(frame: Uint8Array, durationNs: number): void {
    if (this.#frames % this.#step === 0) this.#places.push(this.#size);
    if (this.#places.length > MOST_PLACES) {
      this.#step *= 2;
      this.#places.splice(0, Infinity, ...this.#places.filter((_, k) => k % 2 === 0));
    }
    this.#frames++;
    this.#size += frame.length;
    const wholeNs = soundDurationNs("mp3", frame) ?? 0;
    this.#endNs = durationNs > 0 ? Math.max(0, wholeNs - durationNs) : 0;
  }

  /** Enters what is known at the end in the frame at the start of a complete file. */
  enter(file: Deno.FsFile): void {
    const view = new DataView(this.bytes.buffer, this.#tagAt);
    view.setUint32(4, FLAGS);
    view.setUint32(8, this.#frames);
    view.setUint32(12, this.#size);
    for (let k = 0; k < PLACES; k++) {
      const place = this.#places[Math.floor(this.#places.length * k / PLACES)] ?? 0;
      view.setUint8(PLACES_AT + k, Math.floor(256 * place / this.#size));
    }
    this.#enterEnds(view);
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(this.bytes);
  }

  /** A start of which all is heard, or less left out than decoders are late, is told by leaving LAME's part out. */
  #enterEnds(view: DataView): void {
    const delay = Math.round(this.#leadNs / this.#sampleNs) - DECODER_DELAY;
    if (delay < 0) return;
    const padding = Math.round(this.#endNs / this.#sampleNs) + DECODER_DELAY;
    const [start, end] = [delay, padding].map((samples) => Math.min(MOST_SAMPLES, samples));
    this.bytes.set(new TextEncoder().encode("LAME"), this.#tagAt + LAME_AT);
    view.setUint8(COUNTS_AT, start >> 4);
    view.setUint16(COUNTS_AT + 1, (start & 0xf) << 12 | end);
    view.setUint32(TAG_BYTES - 8, this.#size);
    view.setUint16(TAG_BYTES - 2, crc16(this.bytes.subarray(0, this.#tagAt + TAG_BYTES - 2)));
  }
}

/** Where the tag begins: behind the header of four bytes and the side information, whose length goes by the channels. */
function tagOffset(frame: Uint8Array): number {
  const [isMpeg1, isMono] = [(frame[1] & 0x18) === 0x18, frame[3] >> 6 === 3];
  return 4 + (isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17);
}

/** A frame without sound of the least bit rate at which it has room. */
function silentFrame(first: Uint8Array, leastBytes: number): Uint8Array {
  const { sampleRateHz } = readMp3Header(first)!;
  const isMpeg1 = (first[1] & 0x18) === 0x18;
  // ISO/IEC 11172-3, 2.4.2.3, and 13818-3, 2.4.2.3: kbit/s by index.
  const rates = isMpeg1
    ? [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    : [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
  const lengths = rates.map((rate) => Math.floor((isMpeg1 ? 144 : 72) * rate * 1000 / sampleRateHz));
  const index = lengths.findIndex((length) => length >= leastBytes);
  const frame = new Uint8Array(lengths[index]);
  // Without a checksum, which the lowest bit of the second byte says, and without padding.
  frame.set([0xff, first[1] | 1, index << 4 | first[2] & 0x0c, first[3]]);
  return frame;
}

/** The checksum of LAME's part: CRC-16 with the polynomial 0x8005, the lowest bit first. */
function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = Math.floor(sum / 2) ^ ((sum & 1) === 0 ? 0 : 0xa001);
  }
  return sum;
}
