/**
 * What a processor sees of the graph: its inputs and its outputs.
 *
 * Calls here allocate nothing, never block, and are for the node's own lane only, inside `process()`, `flush()` or
 * an asynchronous tick that has not settled.
 *
 * @module
 */
import type { AudioFrame, AudioShape } from "../frames/audio_frame.ts";
import type { DataFrame, DataShape } from "../frames/data_frame.ts";
import type { EncodedFrame, EncodedShape } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { PacketFrame, PacketShape } from "../frames/packet_frame.ts";
import type { VideoFrame, VideoShape } from "../frames/video_frame.ts";

/** What is needed to acquire a frame of type `F`. */
export type ShapeOf<F extends Frame> = F extends AudioFrame<infer C> ? AudioShape<C>
  : F extends VideoFrame ? VideoShape
  : F extends EncodedFrame ? EncodedShape
  : F extends PacketFrame<infer T> ? PacketShape<T>
  : F extends DataFrame<infer T> ? DataShape<T>
  : never;

/** How a tick waits for room or for a slot. */
export interface WaitOptions {
  /**
   * Takes the wait back when it aborts: the promise rejects with its reason, and the node does not count as waiting for
   * the graph any more. Give one where the wait may be left for something else, as `Promise.race()` does.
   */
  readonly signal?: AbortSignal;
}

/** A port that frames come in by. */
export interface StreamInput<F extends Frame = Frame> {
  /** The port's name; `audio_2` for the third element of the array port `audio`. */
  readonly name: string;
  /** Whether a link leads here. */
  readonly connected: boolean;
  /** The writer has ended and everything it wrote has been read. */
  readonly ended: boolean;
  /** Frames on the link that can be read now. */
  readonly queued: number;
  /** Frames that the link holds at least before its policy comes into play; 0 where none leads here. */
  readonly capacity: number;
  /** The format of the frame last read or announced, or `undefined` before that. */
  readonly format: FrameFormat | undefined;
  /**
   * Takes the oldest frame. It is valid until the tick ends, or its promise settles, unless it is retained or
   * written on.
   *
   * @returns `undefined` when nothing is queued, or when an output of this node has no room: so a loop
   * `while ((frame = input.read()))` is right under every policy. Also when the tick has as many frames in hand as the
   * pools count on: of each link its capacity within a lane, up to 64 (8 pictures) from another one. An asynchronous
   * tick that needs more has to release some first. And in an asynchronous tick that an edit or a pause waits for, or
   * that has kept its lane for some milliseconds: what is left comes in the next tick. Of several inputs, the latter is so
   * at the one that the tick has read first, while it has no frame in hand. Not in a node that a device drives
   */
  read(): F | undefined;
  /** The oldest frame, without taking it. */
  peek(): F | undefined;
  /**
   * Takes the newest frame; the older ones are counted as dropped, reason `skipped`. Of several encoded frames it
   * takes the newest key frame, and skips on to the next one where others came after it.
   */
  readLatest(): F | undefined;
  /** One cached iterator over `read()`: `for (const frame of input.drain())`. */
  drain(): IterableIterator<F>;
}

/** A port that frames go out by. */
export interface StreamOutput<F extends Frame = Frame> {
  /** The port's name. */
  readonly name: string;
  /** Whether any link leads away from here. Writing without one is fine and free. */
  readonly connected: boolean;
  /** Says what format the frames will have, so that a clash is found before the first one. */
  announce(format: FrameFormat): void;
  /**
   * Takes a free slot from the port's pool and lays a frame out in it. Its bytes are not cleared. Its time is that
   * at which the frame written last ends or, where that has no length, that of the frame read last: set `ptsNs`, or
   * call `copyTimes()`, where that is not right.
   *
   * @returns `undefined` when the pool is empty. Within a node's declared `burst` this does not happen: a node is
   * not run, and `read()` answers `undefined`, until the pool can serve it
   * @throws {RangeError} if a frame of that shape does not fit a slot of the pool
   */
  tryAcquire(shape: ShapeOf<F>): F | undefined;
  /**
   * As `tryAcquire`, waiting for a free slot: for asynchronous nodes.
   *
   * @throws the reason of the wait's signal, or of `context.signal`
   */
  acquire(shape: ShapeOf<F>, options?: WaitOptions): Promise<F>;
  /**
   * Hands a frame over to every link of this port. The frame belongs to the links afterwards: do not touch it.
   *
   * @throws {SluiceError} `Busy` if a lossless link is full, which a node that keeps to its `burst` never sees; the
   * frame stays with the node
   */
  write(frame: F): void;
  /**
   * Resolves when every lossless link of this port has room for `burst` frames: for asynchronous nodes.
   *
   * @throws the reason of the wait's signal, or of `context.signal`
   */
  ready(options?: WaitOptions): Promise<void>;
}
