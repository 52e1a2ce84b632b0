/**
 * A processor's view of the graph: its inputs and its outputs.
 *
 * Calls here allocate nothing and never block. Use them only on the node's own lane, inside `process()`, `flush()` or
 * an asynchronous tick that has not settled.
 *
 * @module
 */
import type { AudioFrame, AudioShape } from "../frames/audio_frame.ts";
import type { DataFrame, DataShape } from "../frames/data_frame.ts";
import type { EncodedFrame, EncodedShape } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { FrameFormat, FrameKind } from "../frames/format.ts";
import type { PacketFrame, PacketShape } from "../frames/packet_frame.ts";
import type { VideoFrame, VideoShape } from "../frames/video_frame.ts";

/** The shape that acquiring a frame of type `F` takes. */
export type ShapeOf<F extends Frame> = F extends AudioFrame<infer C> ? AudioShape<C>
  : F extends VideoFrame ? VideoShape
  : F extends EncodedFrame ? EncodedShape
  : F extends PacketFrame<infer T> ? PacketShape<T>
  : F extends DataFrame<infer T> ? DataShape<T>
  : never;

/** Options of a wait for room or for a slot. */
export interface WaitOptions {
  /**
   * Cancels the wait when it aborts: the promise rejects with its reason, and the node no longer counts as waiting for
   * the graph. Give one if the wait may be abandoned, as `Promise.race()` does.
   */
  readonly signal?: AbortSignal;
}

/** An input port. */
export interface StreamInput<F extends Frame = Frame> {
  /** The port's name; `audio_2` for the third element of the array port `audio`. */
  readonly name: string;
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** True if a link leads here. */
  readonly connected: boolean;
  /** True if the writer has ended and every frame has been read. */
  readonly ended: boolean;
  /** Frames on the link that can be read now. */
  readonly queued: number;
  /** The fewest frames that the link holds before its policy applies; 0 without a link. */
  readonly capacity: number;
  /** The format of the frame last read or announced; `undefined` before the first. */
  readonly format: FrameFormat | undefined;
  /**
   * Takes the oldest frame. It is valid until the tick ends, or its promise settles, unless the node retains the frame
   * or writes it on.
   *
   * @returns `undefined` when nothing is queued, or when an output of this node has no room, so that a loop `while
   * ((frame = input.read()))` is right under every policy. Also `undefined` once the tick has as many frames in hand as
   * the pools allow: the link's capacity within a lane, up to 64 frames (8 pictures) from another lane; an asynchronous
   * tick that needs more must release some first. Also `undefined` in an asynchronous tick that an edit or a pause
   * waits for, or that has kept its lane for some milliseconds: the next tick reads the rest. If the node has several
   * inputs, this last rule applies only to the input that the tick read first, while the tick has no frame in hand, and
   * never to a node that a device drives
   */
  read(): F | undefined;
  /** Returns the oldest frame without taking it. */
  peek(): F | undefined;
  /**
   * Takes the newest frame and drops older ones, reason `skipped`. Among encoded frames it takes the newest key frame;
   * if others follow the key frame, it skips up to the next key frame.
   */
  readLatest(): F | undefined;
  /** Returns one cached iterator over `read()`: `for (const frame of input.drain())`. */
  drain(): IterableIterator<F>;
}

/** An output port. */
export interface StreamOutput<F extends Frame = Frame> {
  /** The port's name. */
  readonly name: string;
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** True if a link leads away from here. Writing without a link is allowed and costs nothing. */
  readonly connected: boolean;
  /** Announces the format of the frames, so that a clash is found before the first one. */
  announce(format: FrameFormat): void;
  /**
   * Takes a free slot from the port's pool and lays a frame out in it. Its bytes are not cleared. Its time is the end
   * of the last written frame or, if that frame has no length, the time of the last read frame. If the time is wrong,
   * set `ptsNs` or call `copyTimes()`.
   *
   * @returns `undefined` when the pool is empty. Within a node's declared `burst` this does not happen: a node is not
   * run, and `read()` answers `undefined`, until the pool can serve it
   * @throws {RangeError} if a frame of that shape does not fit a slot of the pool
   */
  tryAcquire(shape: ShapeOf<F>): F | undefined;
  /**
   * Acquires a frame as `tryAcquire()` does, and waits for a free slot. For asynchronous nodes.
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
  /**
   * Ends the stream of this port before the node ends: for a source of several streams of which one is over, so that a
   * node that joins them does not wait for it. Readers take the queued frames first. The end is final, even if the node
   * is restarted: write nothing afterwards.
   */
  end(): void;
}
