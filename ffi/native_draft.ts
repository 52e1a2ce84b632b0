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
  /** For each output the index of the pool that it takes slots from. */
  readonly pools: readonly number[];
  /** Whether the lane goes on when it fails. */
  readonly supervised: boolean;
  /** Whether it does not go on from the state of the node whose slot it takes. */
  readonly fresh?: boolean;
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

/** What is changed between two ticks, in the order of the fields; and what a lane starts with. */
export interface NativeEdit {
  /** The arenas of pools that the lane lacks, in the order of their index. */
  readonly pools: readonly Deno.PointerObject[];
  /** Links that go: what is left in them is released and counted as unlinked. */
  readonly detach?: readonly NativeLink[];
  /** Slots of nodes that go. Without links by then, they are flushed and dropped. */
  readonly remove?: readonly number[];
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
  const check = (done: unknown) => {
    if (done === 0 || done === null) throw new RangeError(`Cannot edit a native lane: ${lastNativeError(symbols)}`);
  };
  const draft = symbols.slu_native_draft(epoch);
  check(draft);
  const pointer = draft!;
  try {
    for (const pool of edit.pools) check(symbols.slu_native_add_pool(pointer, pool));
    for (const link of edit.detach ?? []) {
      check(addLink(symbols, pointer, link));
      check(symbols.slu_native_link_detached(pointer));
    }
    for (const slot of edit.remove ?? []) check(symbols.slu_native_remove_node(pointer, slot));
    for (const node of edit.nodes) {
      check(addNode(symbols, pointer, node));
      const { isolation } = node;
      if (isolation) check(symbols.slu_native_isolate(pointer, isolation.memoryBytes, isolation.limitMs));
    }
    for (const link of edit.attach) {
      check(addLink(symbols, pointer, link));
      if (link.encoded) check(symbols.slu_native_link_encoded(pointer));
      if (link.rejoins) check(symbols.slu_native_link_rejoins(pointer));
    }
    for (const { slot, on } of edit.bypass ?? []) check(symbols.slu_native_bypass(pointer, slot, on ? 1 : 0));
    for (const { slot, values } of edit.configure ?? []) {
      const config = encodeValues(values);
      check(symbols.slu_native_add_values(pointer, slot, Deno.UnsafePointer.of(config), config.length));
    }
  } catch (error) {
    symbols.slu_native_discard(pointer);
    throw error;
  }
  return pointer;
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
    (node.supervised ? 1 : 0) + (node.fresh === true ? 2 : 0),
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
