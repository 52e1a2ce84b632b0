/**
 * Messages of RTMP as a stream of FLV (Adobe's "Video File Format Specification 10.1", annex E), which ffmpeg reads.
 *
 * @module
 */
import { bytesOf, MESSAGE, type RtmpMessage, uint } from "./rtmp_chunks.ts";

/** The bytes before a tag's data, and those behind it. */
const [HEAD_BYTES, BACK_BYTES] = [11, 4];
/** What the header says of the streams. */
const [HAS_AUDIO, HAS_VIDEO] = [4, 1];
/** A publisher's order to keep what follows as the stream's data; in AMF 0. */
const SET_DATA = [2, 0, 13, ...new TextEncoder().encode("@setDataFrame")];
const META_DATA = "onMetaData";

/** Writes FLV. */
export class FlvTags {
  #hasHeader = false;

  /** The bytes of a message; none for one that is neither pictures, sound nor the data about them. */
  take({ type, timestampMs, body }: RtmpMessage): Uint8Array<ArrayBuffer>[] {
    if (type === MESSAGE.audio || type === MESSAGE.video) return this.#tag(type, timestampMs, body);
    if (type === MESSAGE.data) return this.#data(timestampMs, body);
    if (type === MESSAGE.aggregate) return this.#parts(timestampMs, body);
    return [];
  }

  #data(timestampMs: number, body: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const data = SET_DATA.every((byte, k) => body[k] === byte) ? body.subarray(SET_DATA.length) : body;
    return saysOf(data, META_DATA) ? this.#tag(MESSAGE.data, timestampMs, data) : [];
  }

  /** An aggregate has tags, whose times count from that of the first. */
  #parts(timestampMs: number, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
    const tags: Uint8Array<ArrayBuffer>[] = [];
    let firstMs: number | undefined;
    for (let at = 0; at + HEAD_BYTES <= body.length;) {
      const end = at + HEAD_BYTES + uint(body, at + 1, 3);
      if (end > body.length) break;
      const tagMs = uint(body, at + 4, 3) + body[at + 7] * 2 ** 24;
      firstMs ??= tagMs;
      const type = body[at] & 0x1f;
      if (type === MESSAGE.audio || type === MESSAGE.video) {
        tags.push(...this.#tag(type, (timestampMs + tagMs - firstMs) >>> 0, body.subarray(at + HEAD_BYTES, end)));
      }
      at = end + BACK_BYTES;
    }
    return tags;
  }

  #tag(type: number, timestampMs: number, data: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const head = [type, ...bytesOf(data.length, 3), ...bytesOf(timestampMs % 2 ** 24, 3), timestampMs >>> 24, 0, 0, 0];
    const tag = new Uint8Array(HEAD_BYTES + data.length + BACK_BYTES);
    tag.set(head);
    tag.set(data, HEAD_BYTES);
    tag.set(bytesOf(HEAD_BYTES + data.length, BACK_BYTES), HEAD_BYTES + data.length);
    if (this.#hasHeader) return [tag];
    this.#hasHeader = true;
    // ffmpeg waits for each stream that the header names.
    const audio = type !== MESSAGE.data || saysOf(data, "audiocodecid") ? HAS_AUDIO : 0;
    const video = type !== MESSAGE.data || saysOf(data, "videocodecid") ? HAS_VIDEO : 0;
    return [Uint8Array.of(...new TextEncoder().encode("FLV"), 1, audio | video, 0, 0, 0, 9, 0, 0, 0, 0), tag];
  }
}

function saysOf(data: Uint8Array, word: string): boolean {
  return new TextDecoder("latin1").decode(data).includes(word);
}
