/**
 * One list of segments of an HLS stream, read segment by segment: the next one is fetched while this one plays.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFormat } from "../../core/frames/format.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import type { Mediabunny } from "../media/containers.ts";
import type { FilePacket } from "../media/file_track.ts";
import { joined } from "../media/joined.ts";
import { NetworkFault, shownUrl } from "../network/network_fault.ts";
import { pause, type Retry } from "../network/retry.ts";
import {
  type MediaPlaylist,
  MOST_PLAYLIST_BYTES,
  parsePlaylist,
  type Part,
  type PlaylistSegment,
} from "./hls_playlist.ts";
import { readSegment } from "./hls_packets.ts";
import type { HlsReader, ReadFile } from "./hls_reader.ts";

/** The most bytes of a segment, and of what is read before it. */
const MOST_SEGMENT_BYTES = 64 * 2 ** 20;
const MOST_INIT_BYTES = 2 ** 20;
/** How often in a row a segment is tried. */
const MOST_TRIES = 3;
/** How many segments before the end a live stream is begun (RFC 8216, 6.3.3). */
const SEGMENTS_BEHIND = 3;
/** The shortest and the longest pause before a list is read again, seconds. */
const [LEAST_REFRESH_SECONDS, MOST_REFRESH_SECONDS] = [0.25, 30];
/** After how long without a new segment it is told: so many of the longest segments, and so many seconds. */
const [SILENT_SEGMENTS, LEAST_SILENT_SECONDS] = [3, 5];
/** How often in a row a list must end before what was read, to be that of a stream which began anew. */
const MOST_BACKS = 2;
/** Numbers of breaks within one run of the stream. */
const EPOCHS = 2 ** 32;

/** Outputs of a source. */
export type Port = "video" | "audio";

/** A packet of an output. */
export interface StreamPacket {
  readonly port: Port;
  readonly format: EncodedFormat;
  readonly packet: FilePacket;
  /** Rises with each break of the stream: times go on within one. */
  readonly epoch: number;
  /** Whether something of its output was lost before it. */
  readonly isAfterLoss: boolean;
}

/** What a stream is read with. */
export interface StreamOptions {
  readonly mediabunny: Mediabunny;
  readonly reader: HlsReader;
  readonly retry: Retry;
  readonly context: ProcessorContext;
  readonly signal: AbortSignal;
  readonly fromStart: boolean;
  /** What is read of it. */
  readonly ports: ReadonlySet<Port>;
}

/** A list of segments, and what is in them. */
export class HlsStream {
  readonly #uri: string;
  readonly #base: URL;
  readonly #options: StreamOptions;
  #list: MediaPlaylist | undefined;
  #url: URL;
  #init: (ReadFile & { readonly key: string }) | undefined;
  /** The number of the segment that is next; `undefined` before the first list with one. */
  #wanted: number | undefined;
  #loadedNs = 0;
  #changedNs = 0;
  #isSilenceTold = false;
  #tries = 0;
  #backs = 0;
  #runs = 0;
  #isAfterLoss = false;
  /** The packets of the segment that plays, and the next one. */
  #packets: readonly StreamPacket[] = [];
  #at = 0;
  #ahead: Promise<readonly StreamPacket[] | undefined> | undefined;
  #told: string | undefined;
  /** Where the last segment ended, by its own clock. */
  #endNs = 0;
  /** Segments that were left out. */
  lostSegments = 0;

  constructor(uri: string, base: URL, options: StreamOptions) {
    this.#uri = uri;
    this.#base = base;
    this.#url = base;
    this.#options = options;
  }

  /** The packet that is next, once it is there; `undefined` at the end. */
  async head(): Promise<StreamPacket | undefined> {
    while (this.#at >= this.#packets.length) {
      const packets = await (this.#ahead ?? this.#next());
      if (packets === undefined) return undefined;
      [this.#packets, this.#at] = [packets, 0];
      this.#ahead = this.#next();
      // Whoever asks for the packets gets what went wrong.
      this.#ahead.catch(() => {});
    }
    return this.#packets[this.#at];
  }

  /** Goes on to the packet after {@linkcode head}. */
  advance(): void {
    this.#at++;
  }

  /** The packets of the next segment; `undefined` at the end. */
  async #next(): Promise<readonly StreamPacket[] | undefined> {
    for (;;) {
      const segment = await this.#nextSegment();
      const packets = segment && await this.#load(segment);
      if (segment === undefined || packets !== undefined) return packets;
    }
  }

  async #nextSegment(): Promise<PlaylistSegment | undefined> {
    for (;;) {
      const list = this.#list ??= await this.#options.retry.until(() => this.#read());
      this.#place(list);
      const { segments, nextNumber, isComplete } = list;
      const found = this.#wanted === undefined ? undefined : segments[this.#wanted - (nextNumber - segments.length)];
      if (found !== undefined) return found;
      if (isComplete) return undefined;
      await this.#waitForMore(list);
    }
  }

  /** Finds which segment is next, where the list does not go on with the last one. */
  #place({ segments, nextNumber, isComplete }: MediaPlaylist): void {
    const firstNumber = nextNumber - segments.length;
    const startNumber = this.#options.fromStart || isComplete
      ? firstNumber
      : Math.max(firstNumber, nextNumber - SEGMENTS_BEHIND);
    if (this.#wanted === undefined) {
      if (segments.length > 0) this.#wanted = startNumber;
    } else if (this.#wanted < firstNumber) {
      this.#lose(firstNumber - this.#wanted);
      this.#wanted = firstNumber;
    } else if (this.#wanted > nextNumber && !isComplete && ++this.#backs >= MOST_BACKS) {
      this.#options.context.log.warn(`${shownUrl(this.#url)} has begun anew; it goes on with that`);
      this.#wanted = startNumber;
      this.#isAfterLoss = true;
      this.#backs = 0;
      this.#runs++;
    }
  }

  async #waitForMore({ targetSeconds, nextNumber }: MediaPlaylist): Promise<void> {
    const { context, retry, signal } = this.#options;
    const nowNs = context.nowNs();
    const silentSeconds = (nowNs - this.#changedNs) / 1e9;
    if (!this.#isSilenceTold && silentSeconds > Math.max(targetSeconds * SILENT_SEGMENTS, LEAST_SILENT_SECONDS)) {
      this.#isSilenceTold = true;
      context.log.warn(
        `${shownUrl(this.#url)} has named no new segment for ${silentSeconds.toFixed(0)} s; look after what writes it`,
      );
    }
    const isNew = this.#changedNs === this.#loadedNs;
    const seconds = Math.min(Math.max(targetSeconds * (isNew ? 1 : 0.5), LEAST_REFRESH_SECONDS), MOST_REFRESH_SECONDS);
    await pause(Math.max(0, this.#loadedNs / 1e9 + seconds - nowNs / 1e9), signal);
    const list = await retry.until(() => this.#read());
    if (list.nextNumber === nextNumber) return;
    this.#changedNs = this.#loadedNs;
    this.#isSilenceTold = false;
  }

  async #read(): Promise<MediaPlaylist> {
    const { reader, context } = this.#options;
    const { bytes, url } = await reader.read({ uri: this.#uri }, this.#base, MOST_PLAYLIST_BYTES);
    this.#url = url;
    this.#loadedNs = context.nowNs();
    if (this.#list === undefined) this.#changedNs = this.#loadedNs;
    return this.#list = mediaPlaylist(bytes, url);
  }

  /** @returns `undefined` for one that is left out, or is tried again */
  async #load(segment: PlaylistSegment): Promise<readonly StreamPacket[] | undefined> {
    const { reader, retry, mediabunny, ports } = this.#options;
    try {
      if (segment.refusal !== undefined) throw this.#refused(segment);
      const init = segment.init && await this.#initOf(segment.init);
      const { bytes, url } = await reader.read(segment, this.#url, MOST_SEGMENT_BYTES);
      const whole = init === undefined ? bytes : joined([init, bytes]);
      const { packets, unread } = await readSegment(
        mediabunny,
        `${url.protocol}//${url.host}${url.pathname}`,
        whole,
        ports,
        this.#endNs,
      );
      this.#tellUnread(unread.join(", "));
      this.#endNs = Math.max(...packets.map(({ packet }) => packet.timeNs + packet.durationNs), 0);
      const [epoch, isAfterLoss] = [this.#runs * EPOCHS + segment.breaks, this.#isAfterLoss];
      retry.recover("it works again");
      this.#wanted!++;
      this.#tries = 0;
      this.#isAfterLoss = false;
      const seen = new Set<Port>();
      return packets.map((each) => {
        const isFirst = !seen.has(each.port);
        seen.add(each.port);
        return { ...each, epoch, isAfterLoss: isAfterLoss && isFirst };
      });
    } catch (error) {
      const isTriedAgain = error instanceof NetworkFault && !error.isLasting && ++this.#tries < MOST_TRIES;
      retry.take(error, isTriedAgain ? undefined : "this segment is left out");
      if (isTriedAgain) {
        // The list is read first, so that a server which has gone is waited for.
        await retry.rest();
        this.#list = undefined;
        return undefined;
      }
      this.#lose(1);
      this.#wanted!++;
      this.#tries = 0;
      return undefined;
    }
  }

  /** Says which tracks are left out, whenever they are others. */
  #tellUnread(unread: string): void {
    if (unread !== "" && unread !== this.#told) {
      this.#options.context.log.warn(`${shownUrl(this.#url)} is played without ${unread}`);
    }
    this.#told = unread;
  }

  #lose(segments: number): void {
    this.lostSegments += segments;
    this.#isAfterLoss = true;
  }

  async #initOf(part: Part): Promise<Uint8Array> {
    const key = `${part.uri} ${part.range?.start}`;
    if (this.#init?.key !== key) {
      this.#init = { ...await this.#options.reader.read(part, this.#url, MOST_INIT_BYTES), key };
    }
    return this.#init.bytes;
  }

  #refused({ uri, refusal }: PlaylistSegment): SluiceError {
    const message = `Cannot read segment ${JSON.stringify(uri.split("?")[0])} of ${shownUrl(this.#url)}: ${refusal}`;
    return new SluiceError("InvalidMedia", message);
  }
}

/** @throws {SluiceError} `InvalidMedia` for what is no list of segments */
function mediaPlaylist(bytes: Uint8Array, url: URL): MediaPlaylist {
  const list = readPlaylist(bytes, url);
  if (list.kind === "media") return list;
  const reason = "it is a list of variants that names itself or another one, wanted a list of segments";
  throw new SluiceError("InvalidMedia", `Cannot read ${shownUrl(url)}: ${reason}`);
}

/**
 * Reads a playlist.
 *
 * @throws {SluiceError} `InvalidMedia` for one that is faulty
 */
export function readPlaylist(bytes: Uint8Array, url: URL): ReturnType<typeof parsePlaylist> {
  try {
    return parsePlaylist(bytes);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new SluiceError("InvalidMedia", `Cannot read ${shownUrl(url)}: ${cause.message}`, { cause });
  }
}
