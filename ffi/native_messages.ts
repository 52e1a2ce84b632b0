/**
 * The messages to and from native lanes. `crates/ffi/src/native_messages.rs` reads and writes them as JSON.
 *
 * @module
 */

/** What a link does when it is full. */
export type NativePolicy = "lossless" | "roll-off" | "latest" | "drop-newest";

/** Configuration values by key; truth values as 0 and 1, lists and objects as JSON. */
export type NativeValues = ReadonlyMap<string, number | string>;

/** A port: the node's slot in the lane, and the port's place among its inputs or outputs. */
export type NativePort = readonly [slot: number, port: number];

/** A node of a lane. */
export interface NativeNode {
  /** Its place in the lane, from 0 and without gaps. Where it is another node's, that one is replaced. */
  readonly slot: number;
  /** Index of its record in the control arena. */
  readonly index: number;
  /** Name of its stage. */
  readonly stage: string;
  /** Its id, by which messages name it. */
  readonly name: string;
  /** For each output the index of the pool that it takes slots from. */
  readonly pools: readonly number[];
  /** Whether the lane goes on when it fails. */
  readonly supervised: boolean;
  /** Whether it does not go on from the state of the node whose slot it takes. */
  readonly fresh?: boolean;
  /** Whether it comes from another lane: it is not run before it gets its links by `attach()`. */
  readonly arrives?: boolean;
  /** Its configuration. */
  readonly values: NativeValues;
  /** The process of its own that it runs in: most bytes of memory, milliseconds that a call may take; 0 for any. */
  readonly isolation?: { readonly memoryBytes: number; readonly limitMs: number };
}

/** The end or ends of a link that a lane has. */
export interface NativeLink {
  /** Index of its record in the control arena. */
  readonly index: number;
  readonly policy: NativePolicy;
  readonly capacity: number;
  /** Whether it carries encoded frames: then dropping one drops on to the next key frame. */
  readonly encoded: boolean;
  /** Whether another link led to its input before: then its first frame has a gap before it. */
  readonly rejoins: boolean;
  readonly end:
    | { readonly kind: "local"; readonly from: NativePort; readonly to: NativePort }
    | {
      readonly kind: "writer";
      readonly from: NativePort;
      /** From `slu_ring_new`; freed after the lane was finished, or has applied an edit that detaches the link. */
      readonly ring: Deno.PointerObject;
      /** Inbox bit of this lane that tells of freed places, and of the end of the reader. */
      readonly bit: number;
      readonly otherLane: number;
      readonly otherBit: number;
    }
    | {
      readonly kind: "reader";
      readonly to: NativePort;
      /** As above. */
      readonly ring: Deno.PointerObject;
      /** Inbox bit of this lane that tells of frames. */
      readonly bit: number;
      readonly otherLane: number;
      /** Inbox bit of the other lane that tells of the end of the reader. */
      readonly otherBit: number;
    };
}

/** What was left in the ends of a link that lanes have detached for others. */
export interface NativeRest {
  /** Entries that no lane holds, oldest first. */
  readonly entries: readonly number[];
  /** The next frame written has a gap before it. */
  readonly gapAhead: boolean;
  /** For encoded frames: the writer, or the reader, drops up to the next key frame. */
  readonly writerToKey: boolean;
  readonly readerToKey: boolean;
}

/** A link of which an end comes from another lane. */
export interface NativeArrival {
  readonly link: NativeLink;
  readonly rest: NativeRest;
}

/** What is changed between two ticks, in the order of the fields; and what a lane starts with. */
export interface NativeEdit {
  /** The arenas of pools that the lane lacks, in the order of their index. */
  readonly pools: readonly Deno.PointerObject[];
  /** Links that go: what is left in them is released and counted as unlinked. */
  readonly detach?: readonly NativeLink[];
  /** Slots of nodes that go. Without links by then, they are flushed and dropped. */
  readonly remove?: readonly number[];
  /** Ends of links that go to other lanes: what is left in them is reported. */
  readonly leave?: readonly NativeLink[];
  /** Slots of nodes that go to other lanes. Without links by then, they are dropped. */
  readonly depart?: readonly number[];
  /** Ends of links that stay, and whose other ends are on other lanes from then on. */
  readonly retarget?: readonly NativeLink[];
  readonly nodes: readonly NativeNode[];
  readonly attach: readonly NativeLink[];
  /** Nodes whose bypass is switched on or off. They have one input and one output. */
  readonly bypass?: readonly { readonly slot: number; readonly on: boolean }[];
  /** Live values, by slot. */
  readonly configure?: readonly { readonly slot: number; readonly values: NativeValues }[];
}

/** How urgent a lane's thread is. */
export type NativePriority = "normal" | "high" | "realtime";

/** What a lane is made from. */
export interface NativeLaneSpec {
  /** The control arena. */
  readonly control: Deno.PointerObject;
  readonly lane: number;
  readonly generation: number;
  /** Whether sources keep to the clock. */
  readonly live: boolean;
  /** Whether what stages do with frames is checked. */
  readonly development: boolean;
  /** What it starts with. */
  readonly first: NativeEdit;
  readonly priority: NativePriority;
  /** Processors that the thread may run on; an empty list allows any. */
  readonly cpus: readonly number[];
}

/** A command. Nodes are named by their slots, links by the index of their records. */
export type NativeCommand =
  /** `endCalls` ends the calls that isolated stages do. */
  | { readonly kind: "start" | "stop" | "close" | "pause" | "endCalls" }
  /** `pausedNs`: how long all pauses took so far. */
  | { readonly kind: "resume"; readonly pausedNs: number }
  | { readonly kind: "disable"; readonly node: number }
  /** Counts what was lost with the lane at the other end of a link. */
  | { readonly kind: "countLost"; readonly link: number }
  /** Makes the thread as urgent as that, on these processors. */
  | { readonly kind: "schedule"; readonly priority: NativePriority; readonly cpus: readonly number[] }
  /**
   * Makes ready for an edit. The lane reports `prepared` or `refused`; after the first, `applied` once the control
   * arena's epoch is `epoch` and the lane's bell was rung.
   */
  | { readonly kind: "prepare"; readonly epoch: number; readonly edit: NativeEdit }
  /** Drops what was made ready for the edit. */
  | { readonly kind: "abort"; readonly epoch: number }
  /**
   * Asks for what a node is to go on from on another lane, by the edit that was prepared. The lane reports `offered` or
   * `refused`, and does not run the node until the edit is in effect or aborted. `ends`: its state goes to nobody, and
   * it is flushed before it is dropped.
   */
  | { readonly kind: "offer"; readonly epoch: number; readonly node: number; readonly ends: boolean }
  /**
   * Gives a node that comes from another lane what it goes on from. The lane reports `accepted` or `refused`. `state`:
   * that its stage restores; absent: it begins anew.
   */
  | {
    readonly kind: "accept";
    readonly epoch: number;
    readonly node: number;
    readonly carry: NativeCarry;
    readonly state?: Uint8Array<ArrayBuffer>;
  }
  /**
   * Attaches the ends of links that other lanes have detached, and runs the nodes that came with them. The lane reports
   * `attached`.
   */
  | { readonly kind: "attach"; readonly epoch: number; readonly arrivals: readonly NativeArrival[] }
  /** Gives the stage of a node live values. The answer names `request` again. */
  | { readonly kind: "configure"; readonly request: number; readonly node: number; readonly values: NativeValues }
  /** Gives the stage of a node a command, with arguments as JSON. The answer names `request` again. */
  | {
    readonly kind: "ask";
    readonly request: number;
    readonly node: number;
    readonly name: string;
    readonly json: string;
  };

/** What a node goes on from on another lane, beside its stage's state. */
export interface NativeCarry {
  /** To be run without new frames. */
  readonly again: boolean;
  /** It has had its last tick. */
  readonly finishing: boolean;
  /** When it is to be run, and when its last tick of that kind was due, nanoseconds; 0 for none. */
  readonly notBeforeNs: number;
  readonly lastDueNs: number;
  /** The times of the frame that it read last, nanoseconds. */
  readonly lastIngressNs: number;
  readonly lastPtsNs: number;
  /** For each input: its next frame has a gap before it. */
  readonly gaps: readonly boolean[];
  /** For each output: the number of its next frame. */
  readonly sequences: readonly number[];
}

/** What a lane has to say. Nodes are named by their slots. */
export type NativeReport =
  | { readonly kind: "opened" | "closed" | "paused" }
  /** `setAside`: the lane goes on without the node. */
  | {
    readonly kind: "failed";
    readonly node: number | undefined;
    readonly text: string;
    readonly panicked: boolean;
    readonly setAside: boolean;
  }
  | { readonly kind: "ended"; readonly node: number; readonly figures: readonly number[] }
  | { readonly kind: "progress"; readonly node: number; readonly doneNs: number; readonly totalNs: number }
  | { readonly kind: "configured"; readonly request: number; readonly error: string | undefined }
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "prepared"; readonly epoch: number }
  | { readonly kind: "refused"; readonly epoch: number; readonly node: number | undefined; readonly text: string }
  /** `failure`: the first node that refused a live value, or that does not go on from its predecessor's state. */
  | {
    readonly kind: "applied";
    readonly epoch: number;
    readonly failure: { readonly node: number; readonly text: string } | undefined;
  }
  /** `error`: why its flush failed. */
  | { readonly kind: "removed"; readonly node: number; readonly error: string | undefined }
  | { readonly kind: "disabled"; readonly node: number }
  | {
    readonly kind: "log";
    readonly node: number;
    readonly level: "error" | "warn" | "info" | "debug";
    readonly text: string;
  }
  /** `json`: the event's value, or nothing. */
  | { readonly kind: "emitted"; readonly node: number; readonly name: string; readonly json: string }
  | { readonly kind: "overflow"; readonly lost: number }
  /** `given`: absent for a node that has ended; its `state`: absent for one that has failed, or whose state goes to nobody. */
  | {
    readonly kind: "offered";
    readonly epoch: number;
    readonly node: number;
    readonly given?: { readonly carry: NativeCarry; readonly state?: Uint8Array<ArrayBuffer> };
  }
  | { readonly kind: "accepted"; readonly epoch: number; readonly node: number }
  /** `link`: the index of its record. */
  | { readonly kind: "rest"; readonly link: number; readonly rest: NativeRest }
  | { readonly kind: "attached"; readonly epoch: number }
  | { readonly kind: "counted"; readonly link: number }
  /** `refused`: why there is no result. */
  | { readonly kind: "answered"; readonly request: number; readonly json: string; readonly refused?: string };

/** Returns a message as JSON: pointers as addresses, values as entries, states in hexadecimal. */
export function encodeMessage(message: NativeLaneSpec | NativeCommand): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(message, (_, value) => {
    if (value instanceof Map) return [...value];
    // A text may have been cut within a pair of surrogates, which UTF-8 cannot say.
    if (typeof value === "string") return value.toWellFormed();
    if (value instanceof Uint8Array) return value.toHex();
    // A pointer is an object without a prototype.
    return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === null
      ? Number(Deno.UnsafePointer.value(value as Deno.PointerObject))
      : value;
  }));
}

/** Returns a report. Absent values are null in JSON, as are numbers that JSON lacks. */
export function decodeReport(json: string): NativeReport {
  const report = JSON.parse(json, (_, value) => value ?? undefined);
  switch (report.kind) {
    case "progress":
      return { ...report, totalNs: report.totalNs ?? Infinity };
    case "ended":
      return { ...report, figures: Array.from(report.figures, (figure: number | undefined) => figure ?? NaN) };
    case "offered":
      if (report.given?.state !== undefined) report.given.state = Uint8Array.fromHex(report.given.state);
  }
  return report;
}
