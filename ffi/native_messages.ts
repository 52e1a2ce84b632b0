/**
 * The messages to and from native lanes, as JSON: `crates/ffi/src/native_messages.rs` reads commands, which are those of
 * `core/lanes/messages.ts`, and `crates/ffi/src/native_translator.rs` writes reports.
 *
 * @module
 */

/** Configuration values by key; truth values as 0 and 1, lists and objects as JSON. */
export type NativeValues = ReadonlyMap<string, number | string>;

/** How urgent a lane's thread is. */
export type NativePriority = "normal" | "high" | "realtime";

/** A command: `Told` of `crates/ffi/src/native_messages.rs`, which passes over fields that no native lane needs. */
export interface NativeCommand {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** What was left in the ends of a link that a lane has detached for others. */
export interface NativeRest {
  /** Index of the link's record. */
  readonly link: number;
  /** Entries that no lane holds, oldest first. */
  readonly entries: readonly number[];
  /** The next frame written has a gap before it. */
  readonly gapAhead: boolean;
  /** For encoded frames: the writer, or the reader, drops up to the next key frame. */
  readonly writerToKey: boolean;
  readonly readerToKey: boolean;
}

/** What a node goes on from on another lane, beside its stage's state. */
export interface NativeCarry {
  /** The type of the node. */
  readonly type: string;
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
  /** Inputs whose next frame has a gap before it. */
  readonly gapInputs: readonly string[];
  readonly skippingInputs: readonly string[];
  /** The number of each output's next frame. */
  readonly outputs: readonly { readonly name: string; readonly sequence: number; readonly endPtsNs: number }[];
}

/** What a lane has to say. Nodes are named by their ids. */
export type NativeReport =
  | { readonly kind: "opened" | "closed" }
  /** `pause`: the number of the command. */
  | { readonly kind: "paused"; readonly pause: number }
  /** `setAside`: the lane goes on without the node. */
  | {
    readonly kind: "failed";
    readonly node?: string;
    readonly text: string;
    readonly panicked: boolean;
    readonly setAside: boolean;
  }
  | { readonly kind: "ended"; readonly node: string; readonly figures: readonly number[] }
  | { readonly kind: "progress"; readonly node: string; readonly doneNs: number; readonly totalNs: number }
  | { readonly kind: "configured"; readonly request: number; readonly error?: string }
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "prepared" | "tried" | "counted" | "attached"; readonly epoch: number }
  /** `hasEnded`: the node was to go to another lane, and has ended. */
  | {
    readonly kind: "refused";
    readonly epoch: number;
    readonly node?: string;
    readonly text?: string;
    readonly hasEnded?: true;
  }
  /** `state`: absent for a node that has failed, or whose state goes to nobody. */
  | {
    readonly kind: "offered";
    readonly epoch: number;
    readonly nodes: readonly {
      readonly node: string;
      readonly carry: NativeCarry;
      readonly state?: Uint8Array<ArrayBuffer>;
    }[];
  }
  /** `failure`: the first node that refused a live value, or that does not go on from its predecessor's state. */
  | {
    readonly kind: "applied";
    readonly epoch: number;
    readonly failure?: { readonly node: string; readonly text: string };
    readonly rests: readonly NativeRest[];
  }
  /** `error`: why its flush failed. */
  | { readonly kind: "removed"; readonly node: string; readonly error?: string }
  | { readonly kind: "disabled"; readonly node: string }
  | {
    readonly kind: "log";
    readonly node: string;
    readonly level: "error" | "warn" | "info" | "debug";
    readonly text: string;
  }
  /** `json`: the event's value, or nothing. */
  | { readonly kind: "emitted"; readonly node: string; readonly name: string; readonly json: string }
  | { readonly kind: "overflow"; readonly lost: number }
  /** `refused`: why there is no result. */
  | { readonly kind: "answered"; readonly request: number; readonly json: string; readonly refused?: string };

/** Returns a message as JSON: addresses as numbers, values as entries, states in hexadecimal. */
export function encodeMessage(message: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(message, (_, value) => {
    if (value instanceof Map) return [...value];
    // A text may have been cut within a pair of surrogates, which UTF-8 cannot say.
    if (typeof value === "string") return value.toWellFormed();
    if (value instanceof Uint8Array) return value.toHex();
    return typeof value === "bigint" ? Number(value) : value;
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
      for (const node of report.nodes) if (node.state !== undefined) node.state = Uint8Array.fromHex(node.state);
  }
  return report;
}
