/**
 * Finds the frames of streams without a container, AAC with ADTS headers (ISO/IEC 13818-7, 6.2) and MP3 (ISO/IEC 11172-3,
 * 2.4.1.3): each says how long it is, so that one is right if the next one follows it.
 *
 * @module
 */
import { mp3FrameBytes, readAdtsBytes, readAdtsHeader, readMp3Header } from "./audio_headers.ts";
import { areTagsReadable, endOfTags, startOfEndTags, textAt } from "./audio_tags.ts";
import { MediaFault } from "./media_fault.ts";
import { type MendedView, PieceView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";
import { ScanWindow } from "./scan_window.ts";

/** Bytes of headers that are looked at, up to the tag of an encoder. */
const HEADER_BYTES = 40;
/** How far behind tags the first frame is looked for. */
const SEARCHED_BYTES = 2 ** 16;
/** Frames after which it is looked whether timers wait. */
const TURN_FRAMES = 256;

/** A frame: its length, and what it has in common with the others of its stream. */
interface Frame {
  readonly bytes: number;
  readonly stream: number;
  /** Whether it holds the tag of an encoder in place of sound: no packet is made of it. */
  readonly isTag: boolean;
}

type FrameReader = (bytes: Uint8Array) => Frame | undefined;

/**
 * A view without what is no frame. `undefined`: the file is no such stream, or is whole.
 *
 * @throws {MediaFault} if it begins with a frame that is empty, and has no other
 */
export async function mendFrames(read: ReadRange, size: number): Promise<MendedView | undefined> {
  const window = new ScanWindow(read, size);
  const start = endOfTags(window, 0);
  const head = window.at(start, HEADER_BYTES).slice();
  // Only files of this kind begin with tags or the half of a sync code, which damage may follow.
  const limit = start === 0 && head[0] !== 0xff ? 1 : Math.min(size, start + SEARCHED_BYTES);
  for (let at = start; at < limit; at = window.indexOf(0xff, at + 1, limit)) {
    for (const frameOf of [adtsFrame, mp3Frame]) {
      const first = frameOf(window.at(at, HEADER_BYTES));
      if (first === undefined) continue;
      const stream = new FrameStream(window, frameOf, first.stream);
      const next = stream.frameEnd(at);
      if (next !== undefined && (at === start || stream.frameEnd(next) !== undefined)) {
        return await mend(read, window, start, at, stream);
      }
    }
  }
  if (readAdtsHeader(head) === undefined || readAdtsBytes(head) >= 7) return undefined;
  throw new MediaFault(`at byte ${start}, it has a frame of AAC without bytes, and no whole one follows`);
}

async function mend(
  read: ReadRange,
  window: ScanWindow,
  start: number,
  first: number,
  stream: FrameStream,
): Promise<MendedView | undefined> {
  const view = new PieceView(read);
  if (areTagsReadable(window, start)) view.keep(0, start);
  else view.lose(0, start, 0);
  if (first > start) view.lose(start, first, 0);
  let packets = 0;
  for (let at = first, count = 0; at < window.size; count++) {
    if (count % TURN_FRAMES === 0) await window.giveWay();
    const end = stream.frameEnd(at);
    if (end !== undefined) {
      if (!stream.frameAt(at)!.isTag) packets++;
      view.keep(at, end);
      at = end;
      continue;
    }
    const tagged = endOfTags(window, at);
    if (tagged > at) {
      if (tagged >= window.size) view.keep(at, window.size);
      at = tagged;
      continue;
    }
    const next = await stream.nextFrame(at + 1);
    view.lose(at, next, packets);
    at = next;
  }
  return view.size < window.size ? view : undefined;
}

/** The frames of one stream. */
class FrameStream {
  readonly #window: ScanWindow;
  readonly #frameOf: FrameReader;
  readonly #stream: number;

  constructor(window: ScanWindow, frameOf: FrameReader, stream: number) {
    this.#window = window;
    this.#frameOf = frameOf;
    this.#stream = stream;
  }

  frameAt(at: number): Frame | undefined {
    const frame = this.#frameOf(this.#window.at(at, HEADER_BYTES));
    return frame?.stream === this.#stream ? frame : undefined;
  }

  /** Where a frame ends, if another one, a tag or the end of the file follows it. */
  frameEnd(at: number): number | undefined {
    const frame = this.frameAt(at);
    if (frame === undefined) return undefined;
    // Some encoders forget the byte that fills a frame of MP3 up.
    return [at + frame.bytes, at + frame.bytes - 1].find((end) =>
      end === this.#window.size || this.frameAt(end) !== undefined || endOfTags(this.#window, end) > end
    );
  }

  /** The first place from one on at which a frame begins; the end of the file if there is none, or a tag before it. */
  async nextFrame(from: number): Promise<number> {
    const { size } = this.#window;
    for (let at = from, count = 0;; at++, count++) {
      if (count % TURN_FRAMES === 0) await this.#window.giveWay();
      at = this.#window.indexOf(0xff, at);
      if (at === size) return Math.max(from, startOfEndTags(this.#window));
      if (this.frameEnd(at) !== undefined) return at;
    }
  }
}

function adtsFrame(bytes: Uint8Array): Frame | undefined {
  const header = readAdtsHeader(bytes);
  const length = header && readAdtsBytes(bytes);
  if (length === undefined || length < 7) return undefined;
  // The kind, the rate and the channels: not the private bit between them.
  return { bytes: length, stream: (bytes[2] & 0xfd) << 8 | bytes[3] & 0xc0, isTag: false };
}

function mp3Frame(bytes: Uint8Array): Frame | undefined {
  const header = readMp3Header(bytes);
  const length = header && mp3FrameBytes(bytes);
  if (length === undefined) return undefined;
  const isFirstVersion = header!.sampleRateHz >= 32_000;
  const tagAt = 4 + (header!.channels === 1 ? (isFirstVersion ? 17 : 9) : isFirstVersion ? 32 : 17);
  const isTag = ["Xing", "Info"].includes(textAt(bytes, tagAt, 4));
  return { bytes: length, stream: header!.sampleRateHz * 2 + header!.channels, isTag };
}
