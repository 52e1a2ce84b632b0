/**
 * The two ends of a link, as ports see them, and the plan that a lane builds them from.
 *
 * Accounting: `written = read + dropped + queued` whenever neither end is at work. `written` counts every frame that
 * was given to the link, including those that it dropped. The ends count in fields of their own; their lanes update the
 * control page by `publish()`, every few milliseconds and before they park.
 *
 * @module
 */
import type { StructLayout } from "../frames/struct_layout.ts";
import type { RingToken } from "../driver/driver.ts";
import type { FrameFormat, FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkId, NodeId } from "../ids.ts";
import type { LinkPolicy } from "./policy.ts";

/** The plan of one link. It can be structured-cloned. */
export interface LinkPlan {
  readonly id: LinkId;
  /** Index of its record in the control arena. */
  readonly index: number;
  readonly policy: LinkPolicy;
  readonly capacity: number;
  readonly kind: FrameKind;
  /** For data and packets: the name of the type that the output writes. */
  readonly schema?: string;
  /** For data of fixed layout: the layout of what the output writes. */
  readonly struct?: StructLayout;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
  /** Absent if both ends are on one lane. */
  readonly ring?: RingToken;
  /** The bit in the reading lane's inbox that means: frames are queued. */
  readonly readerBit: number;
  /** The bit in the writing lane's inbox that means: room is free, or the reader has ended. */
  readonly writerBit: number;
  /** The link leads from a delay back to where the delay's frames come from. An edit may change that. */
  readonly feedback?: boolean;
  /** Frames that it holds beyond its capacity, since it has grown in a graph that had come to a stop. */
  readonly extra?: number;
  /** Its input had another link before, so that the first frame has a gap before it. */
  readonly rejoins?: boolean;
}

/** Hears of changes at an end of a link. */
export interface Wakeable {
  /** Whether it will run soon anyway: then add 1 to `wakes` instead of waking it. */
  readonly queued: boolean;
  /** How often it was woken since it last ran. */
  wakes: number;
  /** Identifies the asynchronous tick under way on the lane; 0 without one. */
  readonly tickUnderWay: number;
  /** Makes it run soon, on this lane. */
  wake(): void;
  /** Wakes it when the other end may have ended. */
  notify(): void;
}

/** The writing end. */
export interface LinkWriter {
  readonly plan: LinkPlan;
  /** Woken when room is free again, after `awaitRoom()`. */
  writer: Wakeable | undefined;
  /** Frames that are certain to fit now; at least 1 on a link that drops. */
  room(): number;
  /**
   * Frames that have a place although there may be no room, because an edit has taken the room that the writer's
   * running tick was admitted with. Absent for none.
   */
  readonly owed?: number;
  /** Gives a place to this many frames that were written while there was room. Absent if they have one anyway. */
  owe?(frames: number): void;
  /** Asks to be woken for room. @returns the room after asking; if it is not 0, nothing will be woken */
  awaitRoom(): number;
  /** Takes over one reference to the frame. A lossless link must have room. */
  write(frame: Frame): void;
  /** Makes written frames visible to the reader, at the end of a tick or of a round. */
  flush(): void;
  /** Updates the figures of this end on the control page. */
  publish(): void;
  /** Ends the stream, after everything that was written. */
  end(): void;
  /** Marks a gap before the next frame: the writing node has lost frames. */
  markGap(): void;
  /** Announces the format of the frames. */
  announce(format: FrameFormat): void;
  /** Whether the reader has ended, so that written frames are dropped. */
  closed(): boolean;
}

/** The reading end. */
export interface LinkReader {
  plan: LinkPlan;
  /** Woken when a frame or the end arrives. */
  reader: Wakeable | undefined;
  /** The format that the writer announced before its first frame. */
  readonly announced: FrameFormat | undefined;
  /** Takes the oldest frame. The caller owns its reference. */
  take(): Frame | undefined;
  /** Returns the oldest frame without taking it. */
  peek(): Frame | undefined;
  /** Whether a frame can be taken now. Cheaper than counting them. */
  hasFrames(): boolean;
  /** Frames that can be taken now. */
  available(): number;
  /** Whether the writer has ended and no frame is left. */
  ended(): boolean;
  /** Counts taken frames that the node did not get as skipped instead of read. */
  countSkipped(frames: number): void;
  /**
   * Puts the frames that were taken last back in front, oldest first, with their references. They count as not read.
   */
  putBack(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void;
  /** Releases what can be taken now and counts it as unlinked, because the link is being removed. */
  discard(): void;
  /** Tells the writer that the reader has ended. The node takes away what is queued and what still comes. */
  close(): void;
  /** Updates the figures of this end on the control page. */
  publish(): void;
}
