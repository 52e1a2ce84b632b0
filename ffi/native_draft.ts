/**
 * What a native lane starts with, and what is changed of it while it runs, handed to the library.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import type { NativeSymbols } from "./symbols.ts";

/** In the order of the numbers by which the library knows them. */
const POLICIES = ["lossless", "roll-off", "latest", "drop-newest"] as const;

/** What a link does when it is full. */
export type NativePolicy = typeof POLICIES[number];

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

/**
 * Drafts an edit. The holder of the draft gives it to a lane.
 *
 * @param epoch when it takes effect; any number for the first nodes of a lane
 * @throws {RangeError} if the library refuses it
 */
export function draftEdit(symbols: NativeSymbols, epoch: number, edit: NativeEdit): Deno.PointerObject {
  return draft(symbols, epoch, (pointer, check) => {
    for (const pool of edit.pools) check(symbols.slu_native_add_pool(pointer, pool));
    for (const link of edit.detach ?? []) {
      check(addLink(symbols, pointer, link));
      check(symbols.slu_native_link_detached(pointer));
    }
    for (const slot of edit.remove ?? []) check(symbols.slu_native_remove_node(pointer, slot));
    for (const [links, stays] of [[edit.leave, 0], [edit.retarget, 1]] as const) {
      for (const link of links ?? []) {
        check(addLink(symbols, pointer, link));
        check(symbols.slu_native_link_moves(pointer, stays));
      }
    }
    for (const slot of edit.depart ?? []) check(symbols.slu_native_depart_node(pointer, slot));
    for (const node of edit.nodes) {
      check(addNode(symbols, pointer, node));
      const name = new TextEncoder().encode(node.name);
      check(symbols.slu_native_name(pointer, Deno.UnsafePointer.of(name), name.length));
      const { isolation } = node;
      if (isolation) check(symbols.slu_native_isolate(pointer, isolation.memoryBytes, isolation.limitMs));
    }
    for (const link of edit.attach) attachLink(symbols, pointer, link, check);
    for (const { slot, on } of edit.bypass ?? []) check(symbols.slu_native_bypass(pointer, slot, on ? 1 : 0));
    for (const { slot, values } of edit.configure ?? []) {
      const config = encodeValues(values);
      check(symbols.slu_native_add_values(pointer, slot, Deno.UnsafePointer.of(config), config.length));
    }
  });
}

/**
 * Drafts what comes from other lanes after an edit has taken effect. The holder of the draft gives it to a lane.
 *
 * @throws {RangeError} if the library refuses it
 */
export function draftArrivals(
  symbols: NativeSymbols,
  epoch: number,
  arrivals: readonly NativeArrival[],
): Deno.PointerObject {
  return draft(symbols, epoch, (pointer, check) => {
    for (const { link, rest } of arrivals) {
      attachLink(symbols, pointer, link, check);
      const flags = (rest.gapAhead ? 1 : 0) + (rest.writerToKey ? 2 : 0) + (rest.readerToKey ? 4 : 0);
      const entries = new Uint32Array(rest.entries);
      check(symbols.slu_native_link_rest(pointer, flags, Deno.UnsafePointer.of(entries), entries.length));
    }
  });
}

type Check = (done: unknown) => void;

/** @param fill is given the draft, and what throws where the library has refused something */
function draft(
  symbols: NativeSymbols,
  epoch: number,
  fill: (pointer: Deno.PointerObject, check: Check) => void,
): Deno.PointerObject {
  const check: Check = (done) => {
    if (done === 0 || done === null) throw new RangeError(`Cannot edit a native lane: ${lastNativeError(symbols)}`);
  };
  const made = symbols.slu_native_draft(epoch);
  check(made);
  const pointer = made!;
  try {
    fill(pointer, check);
  } catch (error) {
    symbols.slu_native_discard(pointer);
    throw error;
  }
  return pointer;
}

function attachLink(symbols: NativeSymbols, draft: Deno.PointerObject, link: NativeLink, check: Check): void {
  check(addLink(symbols, draft, link));
  if (link.encoded) check(symbols.slu_native_link_encoded(draft));
  if (link.rejoins) check(symbols.slu_native_link_rejoins(draft));
}

/** Values as `crates/ffi/src/native_values.rs` reads them. */
export function encodeValues(values: NativeValues): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const word = (value: number) => parts.push(new Uint8Array(new Uint32Array([value]).buffer));
  const text = (value: string) => {
    const bytes = encoder.encode(value);
    word(bytes.length);
    parts.push(bytes);
  };
  for (const [key, value] of values) {
    text(key);
    parts.push(new Uint8Array([typeof value === "number" ? 0 : 1]));
    if (typeof value === "number") parts.push(new Uint8Array(new Float64Array([value]).buffer));
    else text(value);
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function addNode(symbols: NativeSymbols, draft: Deno.PointerObject, node: NativeNode): number {
  const stage = new TextEncoder().encode(node.stage);
  const config = encodeValues(node.values);
  const pools = new Uint32Array(node.pools);
  return symbols.slu_native_add_node(
    draft,
    node.slot,
    node.index,
    (node.supervised ? 1 : 0) + (node.fresh === true ? 2 : 0) + (node.arrives === true ? 4 : 0),
    Deno.UnsafePointer.of(stage),
    stage.length,
    Deno.UnsafePointer.of(config),
    config.length,
    Deno.UnsafePointer.of(pools),
    pools.length,
  );
}

function addLink(symbols: NativeSymbols, draft: Deno.PointerObject, link: NativeLink): number {
  const { index, capacity, end } = link;
  const policy = POLICIES.indexOf(link.policy);
  switch (end.kind) {
    case "local":
      return symbols.slu_native_add_local(draft, index, policy, capacity, ...end.from, ...end.to);
    case "writer": {
      const { from, ring, bit, otherLane, otherBit } = end;
      return symbols.slu_native_add_writer(draft, index, policy, capacity, ...from, ring, bit, otherLane, otherBit);
    }
    case "reader": {
      const { to, ring, bit, otherLane, otherBit } = end;
      return symbols.slu_native_add_reader(draft, index, policy, capacity, ...to, ring, bit, otherLane, otherBit);
    }
  }
}
