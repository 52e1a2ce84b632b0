/**
 * The two ends of a link, as ports see them, and the plan that a lane builds them from. Only the lane of an end calls
 * the end. Neither end blocks, nor allocates while frames flow. A full link drops a frame by its policy, or has no room
 * for its writer.
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
  /** For data of fixed layout: the layout of the output's values. */
  readonly struct?: StructLayout;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
  /** Absent if both ends are on one lane. */
  readonly ring?: RingToken;
  /** The bit in the reading lane's inbox that reports queued frames. */
  readonly readerBit: number;
  /** The bit in the writing lane's inbox that reports free room or the end of the reader. */
  readonly writerBit: number;
  /** True if the link closes a loop: it leads from a delay back to a node upstream of it. An edit may change that. */
  readonly feedback?: boolean;
  /** Frames that the link holds beyond its capacity, because it has grown after the graph came to a stop. */
  readonly extra?: number;
  /** True if the input had another link before, so the first frame has a gap before it. */
  readonly rejoins?: boolean;
  /**
   * For a link to a hidden node, which no part of the graph notices: the least time between two frames that the writer
   * gives it, in the mean, nanoseconds. Native stages give it all frames. No frame wakes such a node.
   */
  readonly sampleNs?: number;
}

/** A node, as the ends of its links wake it. */
export interface Wakeable {
  /** True if the node will run soon anyway: add 1 to `wakes` instead of calling `wake()`. */
  readonly queued: boolean;
  /** How often the node was woken since it last ran. */
  wakes: number;
  /** Identifies the asynchronous tick under way on the lane; 0 without one. */
  readonly tickUnderWay: number;
  /** Schedules the node on this lane. */
  wake(): void;
  /** Wakes the node when the other end may have ended. */
  notify(): void;
}

/** The writing end. */
export interface LinkWriter {
  readonly plan: LinkPlan;
  /** The node that is woken when room is free again, after `awaitRoom()`. */
  writer: Wakeable | undefined;
  /** Frames that are certain to fit now; at least 1 on a link that drops. */
  room(): number;
  /**
   * Frames that the link must accept even without room, because an edit has taken the room that the writer's running
   * tick was admitted with. Absent for none.
   */
  readonly owed?: number;
  /**
   * Makes places for this many frames that were written while the link had room. Absent if the link needs no such call.
   */
  owe?(frames: number): void;
  /** Asks for a wake-up when room is free. @returns the room after asking; if it is not 0, no wake-up follows */
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
  /** True if the reader has ended: written frames are dropped. */
  closed(): boolean;
}

/** The reading end. */
export interface LinkReader {
  plan: LinkPlan;
  /** The node that is woken when a frame or the end arrives. */
  reader: Wakeable | undefined;
  /** The format that the writer announced before its first frame. */
  readonly announced: FrameFormat | undefined;
  /** Takes the oldest frame. The caller owns its reference. */
  take(): Frame | undefined;
  /** Returns the oldest frame without taking it. */
  peek(): Frame | undefined;
  /** True if a frame can be taken. Cheaper than counting them. */
  hasFrames(): boolean;
  /** Returns how many frames can be taken. */
  available(): number;
  /** True if the writer has ended and no frame is left. */
  ended(): boolean;
  /** Counts taken frames that the node did not get as skipped, not as read. */
  countSkipped(frames: number): void;
  /** Puts the frames that were taken last back in front, oldest first, with their references. Uncounts them as read. */
  putBack(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void;
  /** Releases all frames that can be taken and counts them as unlinked: the link is being removed. */
  discard(): void;
  /** Tells the writer that the reader has ended. The node discards queued frames and later ones. */
  close(): void;
  /** Updates the figures of this end on the control page. */
  publish(): void;
}
