/**
 * What `ffmpeg` and its libraries say of connections, in words that say what to do.
 *
 * @module
 */
import type { LineTaker } from "../media/line_limit.ts";
import { NetworkFault, networkFault } from "../network/network_fault.ts";

/** What it says, and what that means: a code of the system, or words. The first that fits holds. */
const MEANINGS: readonly (readonly [words: RegExp, meaning: string])[] = [
  [/Incorrect passphrase|BADSECRET/, "the other side has another passphrase; set the same on both"],
  [
    /Password required or unexpected|UNSECURE/,
    "only one side has a passphrase; set the same on both, or none on both",
  ],
  [/REJECT reported from/, "the other side refuses the call; look whether it is free, and wants another stream id"],
  [
    /Server error|Server rejected|authentication failed/i,
    "the server refuses the stream; correct the address, and the key at its end",
  ],
  [/Protocol not found/, "this ffmpeg lacks the protocol; install one with libsrt and RTMP"],
  [/Address already in use/, "another node or program listens there; wanted a port of its own"],
  [/Cannot assign requested address/, "EADDRNOTAVAIL"],
  [/Permission denied/, "EACCES"],
  [/Connection refused/, "ECONNREFUSED"],
  [/Failed to resolve hostname/, "ENOTFOUND"],
  [/Network is unreachable/, "ENETUNREACH"],
  [/No route to host|timed out/, "EHOSTUNREACH"],
  [/Broken pipe|Connection reset/, "ECONNRESET"],
  [/^\[srt @ .*Connection to .* failed/, "EHOSTUNREACH"],
];
/** The first ones tell of a single caller, whom a listener has refused. */
const CALLERS = 3;
/** A stream that the transport stream cannot carry. */
const FOREIGN = /Stream \d+, codec (\w+), is muxed as a private data stream/;
/** The line with which what is written is open. */
const OPEN = /^\[info\] Output #0/;
/** Lines that tell of no fault, and may have words of the stream; and what any words may stand in. */
const [HARMLESS, ADDRESS] = [/\[(info|verbose)\] /, /\w+:\/\/\S+/g];

const ENDED = "the other side has ended the connection";

/** Reads the lines of one run. */
export class FfmpegWords implements LineTaker {
  readonly #opened = Promise.withResolvers<void>();
  readonly #refuse: ((meaning: string) => void) | undefined;
  readonly #leaveOut: ((codec: string) => void) | undefined;
  #found = Infinity;

  /**
   * @param refuse is told why a caller was refused by a listener, which goes on listening
   * @param leaveOut is told of codecs that are not carried
   */
  constructor(refuse?: (meaning: string) => void, leaveOut?: (codec: string) => void) {
    this.#refuse = refuse;
    this.#leaveOut = leaveOut;
  }

  /** Resolves when its output is open. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Takes the next line. */
  tell(line: string): void {
    if (OPEN.test(line)) this.#opened.resolve();
    if (HARMLESS.test(line)) return;
    const text = line.replaceAll(ADDRESS, "");
    const foreign = FOREIGN.exec(text)?.[1];
    if (foreign !== undefined) return this.#leaveOut?.(foreign);
    const found = MEANINGS.findIndex(([words]) => words.test(text));
    if (found >= 0 && found < CALLERS && this.#refuse !== undefined) return this.#refuse(MEANINGS[found][1]);
    if (found >= 0) this.#found = Math.min(this.#found, found);
  }

  end(): void {}

  /** The fault that was told. */
  fault(attempt: string): NetworkFault {
    const meaning = MEANINGS[this.#found]?.[1] ?? ENDED;
    const isCode = /^[A-Z]+$/.test(meaning);
    return isCode ? networkFault(attempt, { code: meaning, message: meaning }) : new NetworkFault(attempt, meaning);
  }
}
