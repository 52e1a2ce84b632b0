/**
 * Where a live sink sends to: one connection, which may end at any time.
 *
 * @module
 */

/** A connection, or the attempt to make one. */
export interface LiveLink extends AsyncDisposable {
  /** Whether it takes frames before it is open, since it opens with the first of them. */
  readonly opensWithFrames: boolean;
  /** Resolves when it is open. @throws {NetworkFault} where it does not open */
  readonly opened: Promise<void>;
  /** Resolves when it has ended. @throws {NetworkFault} where it has failed */
  readonly closed: Promise<void>;
  /** Whether it takes more now. */
  readonly hasRoom: boolean;
  /** Resolves when some has been taken. */
  readonly changed: Promise<void>;
  /** Sends bytes of the stream; whole transport packets. */
  write(bytes: Uint8Array<ArrayBuffer>): void;
  /** Says that this was all. */
  end(): void;
}
