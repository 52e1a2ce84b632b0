/**
 * The two ends of a link, as ports see them, and what a lane must know to build them.
 *
 * Accounting: `written = read + dropped + queued` whenever neither end is at work. `written` counts every frame that
 * was given to the link, also those that it dropped. The ends count in fields of their own; their lanes bring the
 * control page up to date by `publish()`, every few milliseconds and before they park.
 *
 * @module
 */
import type { StructLayout } from "../frames/struct_layout.ts";
import type { RingToken } from "../driver/driver.ts";
import type { FrameFormat, FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkId, NodeId } from "../ids.ts";
import type { LinkPolicy } from "./policy.ts";

/** One link of a graph, structured-cloneable. */
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
  /** Absent where both ends are on one lane. */
  readonly ring?: RingToken;
  /** Inbox bit of the reading lane: there are frames. */
  readonly readerBit: number;
  /** Inbox bit of the writing lane: there is room, or the reader has ended. */
  readonly writerBit: number;
  /** It leads out of a delay back to where the delay's frames come from: an edit may change that. */
  readonly feedback?: boolean;
  /** Another link led to its input before: the first frame has a gap before it, as after any loss. */
  readonly rejoins?: boolean;
}

/** Who is told when an end of a link changes. */
export interface Wakeable {
  /** It will run soon anyway: instead of waking it again, add 1 to `wakes`. */
  readonly queued: boolean;
  /** How often it was woken, since it last did something. */
  wakes: number;
  /** Tells its asynchronous tick under way from every other one on the lane; 0 where there is none. */
  readonly tickUnderWay: number;
  /** Runs soon, on this lane. */
  wake(): void;
  /** As `wake()`, where the other end may have ended. */
  notify(): void;
}

/** The writing end. */
export interface LinkWriter {
  readonly plan: LinkPlan;
  /** Told when there is room again, after `awaitRoom()`. */
  writer: Wakeable | undefined;
  /** Frames that surely fit now. On a link that drops, at least 1. */
  room(): number;
  /**
   * Frames that have a place though there may be no room: an edit has taken away what the writer's tick under way was
   * admitted with. Absent: none.
   */
  readonly owed?: number;
  /**
   * Sees to it that so many frames have a place, which were written while there was room for them. Absent: they have.
   */
  owe?(frames: number): void;
  /** Asks to be told of room. @returns the room after asking: if there is some, nobody will be told */
  awaitRoom(): number;
  /** Takes over one reference to the frame. A lossless link must have room. */
  write(frame: Frame): void;
  /** Makes what was written visible to the reader: at the end of a tick or of a round. */
  flush(): void;
  /** Brings this end's figures on the control page up to date. */
  publish(): void;
  /** Ends the stream, after everything that was written. */
  end(): void;
  /** The writing node has lost frames: the next one that is written has a gap before it. */
  markGap(): void;
  /** Says what the frames will be. */
  announce(format: FrameFormat): void;
  /** The reader has ended: what is written is dropped. */
  closed(): boolean;
}

/** The reading end. */
export interface LinkReader {
  plan: LinkPlan;
  /** Told when there is a frame, or the end. */
  reader: Wakeable | undefined;
  /** What the writer announced, if it did so before the first frame. */
  readonly announced: FrameFormat | undefined;
  /** Takes the oldest frame; its reference belongs to the caller. */
  take(): Frame | undefined;
  /** Looks at the oldest frame. */
  peek(): Frame | undefined;
  /** Whether a frame can be taken now; cheaper than to count them. */
  hasFrames(): boolean;
  /** Frames that can be taken now. */
  available(): number;
  /** The writer has ended and nothing is left. */
  ended(): boolean;
  /** Counts a frame that was taken but not handed to the node as skipped, instead of as read. */
  countSkipped(frames: number): void;
  /** Puts frames that were taken last back in front, oldest first: they were not read. The references go with them. */
  putBack(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void;
  /** Releases what can be taken now and counts it as unlinked: the link is being removed. */
  discard(): void;
  /** The reader has ended: tells the writer. What is queued, and still comes, the node takes away. */
  close(): void;
  /** Brings this end's figures on the control page up to date. */
  publish(): void;
}
