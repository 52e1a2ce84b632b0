/**
 * Says in Matroska and WebM files by how much the sound of a track is late (RFC 9559, 5.1.4.1.24 and 5.1.4.1.25): players
 * leave so much of its start out, and show the rest so much earlier than its blocks say. mediabunny writes no
 * `CodecDelay`, and for Opus a `SeekPreRoll` of another meaning, so its writer of elements is given both, and how long
 * pictures last.
 *
 * @module
 */
import type { Output } from "mediabunny";
import { ID } from "./ebml.ts";
import type { WrittenRate } from "./written_rates.ts";

/** Elements (RFC 9559, 5.1.4). */
const [CODEC_DELAY, SEEK_PREROLL] = [0x56aa, 0x56bb];
/** How much decoders of Opus need before a place (RFC 7845, 4.6). */
const OPUS_PREROLL_NS = 80e6;

/** A track as far as its delay goes. */
export interface DelayedTrack {
  /** Nanoseconds, once its first packet is known. */
  readonly delayNs: number;
  readonly isOpus: boolean;
  /** Of pictures. */
  readonly rate: WrittenRate | undefined;
}

interface Element {
  readonly id: number;
  readonly data: unknown;
}

/** What of mediabunny's writer is touched. */
interface ElementWriter {
  readonly _muxer: { readonly ebmlWriter: { writeEBML: (what: unknown) => void } };
}

/**
 * Has each track say its delay.
 *
 * @param output a file that has been started, before its first packet
 * @param delayOf the tracks of the file, by index; asked when the first packet of each is known
 */
export function writeDelays(output: Output, delayOf: (index: number) => DelayedTrack): void {
  const writer = (output as unknown as ElementWriter)._muxer.ebmlWriter;
  const write = writer.writeEBML.bind(writer);
  writer.writeEBML = (what) => {
    if (isElement(what) && what.id === ID.segment) {
      for (const track of children(what, ID.tracks).flatMap((tracks) => children(tracks, ID.trackEntry))) {
        addDelay(track, delayOf);
      }
    }
    write(what);
  };
}

function addDelay(track: Element, delayOf: (index: number) => DelayedTrack): void {
  const elements = track.data as (Element | null)[];
  const [number] = children(track, ID.trackNumber);
  const { delayNs, isOpus, rate } = delayOf(number.data as number - 1);
  const others = elements.filter((element) => element?.id !== SEEK_PREROLL);
  if (delayNs > 0) others.push({ id: CODEC_DELAY, data: delayNs });
  if (isOpus) others.push({ id: SEEK_PREROLL, data: OPUS_PREROLL_NS });
  if (rate !== undefined && rate.pictureNs > 0) others.push({ id: ID.defaultDuration, data: rate.bytes });
  elements.splice(0, elements.length, ...others);
}

function children({ data }: Element, id: number): Element[] {
  return (data as unknown[]).filter(isElement).filter((element) => element.id === id);
}

function isElement(what: unknown): what is Element {
  return typeof what === "object" && what !== null && "id" in what;
}
