/**
 * Finds the pages of Ogg (RFC 3533) behind damage, and makes of streams of Opus that were chained (RFC 3533, 4) one. In
 * place of what is lost come packets of one byte, for which decoders fill in what they take to have been there
 * (RFC 6716, 2.1.7), so that times stay as they are.
 *
 * @module
 */
import { opusDurationNs, opusPreSkipNs } from "./audio_headers.ts";
import { type MendedView, PieceView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";
import { OGG_PAGE_BYTES, OggPage } from "./ogg_page.ts";
import { ScanWindow } from "./scan_window.ts";

/** Units of time of Opus: 48,000 a second. */
const UNIT_NS = 1e9 / 48_000;
/** The longest loss that is filled: a minute. A longer one is none of this file. */
const MOST_FILLED = 60 * 48_000;
/** Packets of a page that fills a loss. */
const MOST_FILLERS = 250;
/** Comments that say nothing (RFC 7845, 5.2). */
const NO_COMMENTS = new TextEncoder().encode("OpusTags\0\0\0\0\0\0\0\0");

/** A page that waits for the next one: what it ends with may go on there. */
interface HeldPage {
  readonly page: OggPage;
  readonly at: number;
  readonly flags: number;
  readonly granule: number;
  /** Segments at its start that are left out: of a packet whose start is lost. */
  readonly skipped: number;
}

/** What decoders are made by: channels, and the family of their mapping, 0 for mono and stereo. */
interface Opus {
  readonly channels: number;
  readonly family: number;
}

/** A view of Ogg. `undefined`: it is none, or is of one whole stream of sound. */
export async function mendOgg(read: ReadRange, size: number): Promise<MendedView | undefined> {
  const first = OggPage.read(read(0, Math.min(size, OGG_PAGE_BYTES)));
  const from = first?.bytes.length ?? 0;
  const isNext = first !== undefined && OggPage.read(read(from, Math.min(size, from + OGG_PAGE_BYTES)))?.begins;
  // Of several streams at a time, and of other codecs, pages are left as they are.
  if (first === undefined || isNext === true || opusOf(first) === undefined) return undefined;
  return await new Chain(read, size, first).mend();
}

/** Streams of Opus one after another, in the making of one. */
class Chain {
  readonly #window: ScanWindow;
  readonly #view: PieceView;
  readonly #serial: number;
  readonly #opus: Opus;
  /** The stream that pages are taken of. */
  #taken: number | undefined;
  /** Headers of a stream that are to come. */
  #headers = 0;
  #isLater = false;
  #held: HeldPage | undefined;
  /** How long the packet lasts that is not whole yet. */
  #openUnits = 0;
  /** Where the view ends in time, and by how much times of the file are earlier; not known before the first page. */
  #endUnits = 0;
  #shiftUnits: number | undefined = 0;
  /** Where the last page says that it ends, and the number of its last packet. */
  #toldUnits = 0;
  #lastPacket = -1;
  /** How packets are made, by the first byte of one. */
  #kind = 0xfc;
  /** Where what is left out begins. */
  #lostFrom: number | undefined;
  /** What of the start of the next stream is not heard, if one begins. */
  #unheardNs: number | undefined;

  constructor(read: ReadRange, size: number, first: OggPage) {
    this.#window = new ScanWindow(read, size);
    this.#view = new PieceView(read);
    this.#serial = first.serial;
    this.#opus = opusOf(first)!;
  }

  async mend(): Promise<MendedView | undefined> {
    const { size } = this.#window;
    let at = 0;
    while (at < size) {
      await this.#window.giveWay();
      const page = OggPage.read(this.#window.at(at, OGG_PAGE_BYTES));
      if (page === undefined) {
        const next = await this.#nextPage(at + 1);
        // A file that is cut off ends within a page.
        if (next === size) break;
        this.#lose(at);
        at = next;
        continue;
      }
      if (page.begins) this.#begin(page, at);
      if (page.serial === this.#taken) this.#take(page, at);
      else this.#lose(at);
      at += page.bytes.length;
    }
    // The page that ends a stream says how much of its last packet is heard, whatever is left out behind it.
    this.#release(this.#lostFrom !== undefined && this.#openUnits > 0);
    if (this.#lostFrom !== undefined) this.#view.lose(this.#lostFrom, at, this.#view.size);
    if (at < size) this.#view.keep(at, size);
    return this.#view.gaps.length > 0 ? this.#view : undefined;
  }

  #begin(page: OggPage, at: number): void {
    const { channels, family } = this.#opus;
    const found = opusOf(page);
    const isSame = found?.channels === channels && found.family === family;
    // A decoder of one or two channels takes packets of either (RFC 6716, 2.1.2).
    const isMixed = found?.family === 0 && family === 0;
    if (!isSame && !isMixed) {
      const other = found === undefined ? "another codec" : `Opus of ${counted(found.channels)}`;
      this.#view.say(`from byte ${at} on, it has ${other} in place of Opus of ${counted(channels)}, which is left out`);
      this.#taken = undefined;
      return;
    }
    if (!isSame) {
      const played = found.channels === 1 ? "is played" : "are played";
      this.#view.say(`from byte ${at} on, it has ${counted(found.channels)}, which ${played} as ${channels}`);
    }
    this.#release(true);
    this.#taken = page.serial;
    this.#headers = 2;
    if (!this.#isLater) return;
    this.#leaveOut(at);
    this.#unheardNs = opusPreSkipNs(page.bytes.subarray(page.content));
    this.#shiftUnits = undefined;
  }

  #take(page: OggPage, at: number): void {
    if (this.#headers > 0) {
      if (!this.#isLater && this.#lostFrom === undefined) this.#view.keep(at, at + page.bytes.length);
      if (this.#lostFrom === undefined || page.begins) {
        this.#headers -= page.lengths.filter((length) => length < 255).length;
        if (this.#headers <= 0) this.#isLater = true;
        return;
      }
      // The comments are lost, and decoders expect some.
      if (!this.#isLater) this.#view.put(OggPage.of({ serial: this.#serial, granule: 0 }, [NO_COMMENTS]));
      this.#headers = 0;
      this.#isLater = true;
    }
    const isBroken = this.#lostFrom !== undefined || this.#unheardNs !== undefined;
    this.#release(isBroken);
    if (isBroken) this.#openUnits = 0;
    const { packets, skipped, units, openUnits } = this.#lengthOf(page);
    this.#shiftUnits ??= this.#endUnits - Math.max(0, page.granule - units);
    if (this.#endUnits === 0 && page.granule > units) this.#endUnits = page.granule - units;
    const granule = page.granule < 0 ? page.granule : page.granule + this.#shiftUnits;
    if (this.#unheardNs !== undefined) this.#join(at);
    else if (this.#lostFrom !== undefined) this.#fill(at, granule - units);
    this.#lostFrom = undefined;
    this.#endUnits += units;
    this.#openUnits = openUnits;
    if (page.granule >= 0) this.#toldUnits = granule;
    if (packets > 0) this.#lastPacket = this.#view.size + page.lengths.length - skipped - 1;
    this.#held = { page: page.copy(), at, flags: page.flags, granule, skipped };
  }

  /** How long what ends on a page is, what begins on it and goes on, and what of its start belongs to nothing. */
  #lengthOf(page: OggPage): { packets: number; skipped: number; units: number; openUnits: number } {
    const isCut = page.continues && this.#openUnits === 0;
    let [packets, units, open, skipped] = [0, 0, this.#openUnits, 0];
    let [from, to, isStart] = [page.content, page.content, !page.continues];
    for (const [index, length] of page.lengths.entries()) {
      if (isStart) {
        open = Math.round(opusDurationNs(page.bytes.subarray(from, from + 2)) / UNIT_NS);
        this.#kind = page.bytes[from];
      }
      to += length;
      isStart = length < 255;
      if (!isStart) continue;
      if (isCut && skipped === 0 && packets === 0) skipped = index + 1;
      else [packets, units] = [packets + 1, units + open];
      [open, from] = [0, to];
    }
    return { packets, skipped, units, openUnits: open };
  }

  #lose(at: number): void {
    this.#lostFrom ??= at;
  }

  /** Puts packets in place of what is lost up to a page. */
  #fill(at: number, startUnits: number): void {
    const kind = this.#kind & 0xfc;
    const units = Math.round(opusDurationNs(Uint8Array.of(kind)) / UNIT_NS);
    const missing = startUnits - this.#endUnits;
    let count = missing > MOST_FILLED ? 0 : Math.max(0, Math.round(missing / units));
    this.#endUnits += count * units;
    for (; count > 0; count -= MOST_FILLERS) {
      const packets = Array.from({ length: Math.min(count, MOST_FILLERS) }, () => Uint8Array.of(kind));
      this.#view.put(OggPage.of({ serial: this.#serial, granule: this.#endUnits }, packets));
    }
    this.#view.lose(this.#lostFrom!, at, this.#view.size);
  }

  /** Says that another stream goes on here, and what is left out before it. */
  #join(at: number): void {
    this.#leaveOut(at);
    const cutUnits = this.#endUnits - this.#toldUnits;
    this.#view.join({
      from: this.#view.size,
      kind: "joint",
      before: this.#lastPacket,
      cutNs: cutUnits > 0 && cutUnits < 48_000 ? Math.round(cutUnits * UNIT_NS) : 0,
      unheardNs: Math.round(this.#unheardNs!),
    });
    this.#unheardNs = undefined;
  }

  /** Says what is left out up to a place, where a joint says that packets do not follow on those before. */
  #leaveOut(to: number): void {
    if (this.#lostFrom !== undefined) this.#view.lose(this.#lostFrom, to);
    this.#lostFrom = undefined;
  }

  /** Writes the page that waits. @param isBroken what it ends with does not go on */
  #release(isBroken: boolean): void {
    if (this.#held === undefined) return;
    const { page, at, flags, granule, skipped } = this.#held;
    this.#held = undefined;
    const whole = page.lengths.findLastIndex((length) => length < 255) + 1;
    const lengths = page.lengths.slice(skipped, isBroken ? whole : undefined);
    if (lengths.length === 0) return;
    const size = (part: Uint8Array) => part.reduce((sum, length) => sum + length, 0);
    const from = at + page.content + size(page.lengths.subarray(0, skipped));
    this.#view.put(page.header({ serial: this.#serial, granule, flags: isBroken ? 0 : flags, lengths }));
    this.#view.keep(from, from + size(lengths));
  }

  async #nextPage(from: number): Promise<number> {
    for (let at = from;; at++) {
      at = this.#window.indexOf(0x4f, at);
      if (at === this.#window.size || OggPage.read(this.#window.at(at, OGG_PAGE_BYTES)) !== undefined) return at;
      await this.#window.giveWay();
    }
  }
}

/** The header of Opus on the first page of a stream (RFC 7845, 5.1); `undefined` for another codec. */
function opusOf(page: OggPage): Opus | undefined {
  const head = page.bytes.subarray(page.content, page.content + 19);
  if (new TextDecoder().decode(head.subarray(0, 8)) !== "OpusHead") return undefined;
  return { channels: head[9], family: head[18] };
}

function counted(channels: number): string {
  return `${channels} channel${channels === 1 ? "" : "s"}`;
}
