/**
 * The program `ffmpeg` that speaks a protocol for a live node, and copies what comes as it is. What it says of itself is
 * read for what it means, and never shown: it names addresses with what is secret in them.
 *
 * @module
 */
import { ChildInput } from "../media/child_input.ts";
import { ChildPipe } from "../media/child_pipe.ts";
import { NOTHING_PID, PACKET_BYTES, SYNC } from "../media/transport_packet.ts";
import { NetworkFault } from "../network/network_fault.ts";
import { FfmpegWords } from "./ffmpeg_words.ts";
import type { LiveLink } from "./live_link.ts";
import { SILENCE_MS } from "./pauses.ts";

/** What it is given to read, and is closed once it reads no more. */
export interface FfmpegInput {
  bytes(): AsyncIterable<Uint8Array<ArrayBuffer>>;
  close(): void;
}

/** What it is started with. */
export interface ProgramOptions {
  readonly nodeId: string;
  /** How messages start: `Cannot send to "srt://192.0.2.7:9710"`. */
  readonly attempt: string;
  /** Its command line behind what all have. */
  readonly args: readonly string[];
  /** Of one that waits for a peer, for as long as none comes: is told of those that it refuses. */
  readonly waits?: (message: string) => void;
  /** Is told of codecs that are not carried. */
  readonly leaveOut?: (codec: string) => void;
  /** Of one that receives: what it reads, where it has no connection of its own. */
  readonly input?: FfmpegInput;
}

/** Ends what a peer has begun and says nothing in; such a wait is not in what this side can see. */
const READ_TIMEOUT = ["-rw_timeout", `${SILENCE_MS * 1000}`];

const [SILENT, STOPPED, STALLED] = [
  "the host does not answer; look after it and the network, or correct the address",
  `nothing has come for ${SILENCE_MS / 1000} s; look after the sender`,
  `the other side has taken nothing for ${SILENCE_MS / 1000} s; look after it and the network`,
];

/** A run of it. */
class FfmpegProgram implements AsyncDisposable {
  readonly words: FfmpegWords;
  readonly pipe: ChildPipe;
  /** Resolves when it has ended: with false where it has failed. */
  readonly ended: Promise<boolean>;
  readonly #attempt: string;
  readonly #input: FfmpegInput | undefined;
  readonly #fed: Promise<void> | undefined;
  /** What went wrong with the input. */
  #broken: NetworkFault | undefined;

  constructor({ nodeId, attempt, args, waits, leaveOut, input }: ProgramOptions, direction: "read" | "write" | "io") {
    this.#attempt = attempt;
    let told = "";
    const refuse = (meaning: string) => {
      if (meaning !== told) waits?.(`${attempt}: a caller was refused: ${meaning}`);
      told = meaning;
    };
    this.words = new FfmpegWords(waits && refuse, leaveOut);
    const command = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "repeat+level+verbose", ...args];
    this.pipe = new ChildPipe(command, direction, nodeId, { lines: this.words, isApart: true });
    this.ended = this.pipe.ended().then(() => true, () => false);
    this.#input = input;
    this.#fed = input && this.#feed(input, this.pipe.writable!.getWriter());
  }

  /** Whether something went wrong with the input. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** What went wrong, once all is said. @param reason where it is known otherwise */
  async fault(reason?: string): Promise<NetworkFault> {
    if (reason !== undefined) return new NetworkFault(this.#attempt, reason);
    await this.pipe.silent();
    if (this.#broken !== undefined) return this.#broken;
    return this.words.fault(this.#attempt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input?.close();
    // Where it waits for a peer that says nothing, it heeds no other signal.
    await this.pipe.kill();
    await this.#fed;
  }

  /** Gives it what it reads, as it takes it. */
  async #feed(input: FfmpegInput, writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      for await (const bytes of input.bytes()) await writer.write(bytes);
      await writer.close();
    } catch (error) {
      // It has ended, which says more than that it takes nothing.
      if (error instanceof NetworkFault) this.#broken = error;
      await writer.close().catch(() => {});
    }
  }
}

/**
 * Receives a transport stream.
 *
 * @param begun is called before the first of it
 * @returns its end is that of a stream which the peer has ended
 * @throws {NetworkFault} for what went wrong; the reason of the signal
 */
export async function* receiveByFfmpeg(
  options: ProgramOptions,
  signal: AbortSignal,
  begun: () => void,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const { input } = options;
  const args = input === undefined ? [...READ_TIMEOUT, ...options.args] : options.args;
  await using program = new FfmpegProgram({ ...options, args }, input === undefined ? "read" : "io");
  const reader = program.pipe.readable!.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  let hasBegun = false;
  try {
    for (;;) {
      let isLate = false;
      const mostMs = hasBegun || options.waits === undefined ? SILENCE_MS : undefined;
      const timer = mostMs === undefined ? undefined : setTimeout(() => (isLate = true, stop()), mostMs);
      const { value, done } = await reader.read();
      clearTimeout(timer);
      signal.throwIfAborted();
      if (isLate) throw await program.fault(hasBegun || input !== undefined ? STOPPED : SILENT);
      if (done) break;
      if (!hasBegun) begun();
      hasBegun = true;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
  const isWell = await program.ended;
  if (!hasBegun || !isWell || program.isBroken) throw await program.fault();
}

/** Packets of a transport stream that carry nothing: ffmpeg opens its output once it has read something. */
function nothing(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(7 * PACKET_BYTES).fill(0xff);
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    bytes.set([SYNC, NOTHING_PID >> 8, NOTHING_PID & 0xff, 0x10], at);
  }
  return bytes;
}

/** A connection that a transport stream is sent over. */
export class FfmpegLink implements LiveLink {
  readonly opensWithFrames: boolean;
  readonly opened: Promise<void>;
  readonly closed: Promise<void>;
  readonly #program: FfmpegProgram;
  readonly #input: ChildInput;
  readonly #lingerMs: number;
  readonly #given = Promise.withResolvers<void>();
  #isWatched = false;
  #isStalled = false;

  /**
   * @param opensWithFrames whether it has to see the stream before it connects
   * @param lingerMs how long the connection is kept after the last of it
   */
  constructor(options: ProgramOptions, { opensWithFrames = false, lingerMs = 0 } = {}) {
    const program = this.#program = new FfmpegProgram(options, "write");
    this.#input = new ChildInput(program.pipe.writable!);
    this.#lingerMs = lingerMs;
    this.opensWithFrames = opensWithFrames;
    if (!opensWithFrames) this.write(nothing());
    this.closed = program.ended.then(async (isWell) => {
      if (!isWell) throw await program.fault(this.#isStalled ? STALLED : undefined);
    });
    this.opened = this.#open(options.waits !== undefined);
    for (const each of [this.closed, this.opened]) each.catch(() => {});
  }

  get hasRoom(): boolean {
    return this.#input.hasRoom;
  }

  get changed(): Promise<void> {
    return this.#input.changed;
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#given.resolve();
    this.#input.write(bytes);
    if (!this.#isWatched) void this.#watch();
  }

  end(): void {
    setTimeout(() => this.#input.end(), this.#lingerMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    void this.#input.abort();
    await this.#program[Symbol.asyncDispose]();
  }

  /** While bytes wait, ends a connection whose other side takes none. */
  async #watch(): Promise<void> {
    this.#isWatched = true;
    while (!this.#input.hasRoom) {
      const timer = setTimeout(() => {
        this.#isStalled = true;
        void this.#program.pipe.kill();
      }, SILENCE_MS);
      await this.#input.changed;
      clearTimeout(timer);
    }
    this.#isWatched = false;
  }

  /** Waits until it is open, from when it can open. */
  async #open(waits: boolean): Promise<void> {
    const program = this.#program;
    const ended = program.ended.then(async () => {
      throw await program.fault();
    });
    ended.catch(() => {});
    await Promise.race([this.#given.promise, ended]);
    const late = Promise.withResolvers<never>();
    const timer = waits ? undefined : setTimeout(async () => late.reject(await program.fault(SILENT)), SILENCE_MS);
    try {
      await Promise.race([program.words.opened, ended, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
