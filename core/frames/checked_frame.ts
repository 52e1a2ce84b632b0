/**
 * The frames of development mode. Each knows the node that owns it, and refuses any use after the node gave it away.
 * The payload carries a checksum from one node to the next, which reveals changes that other readers would see.
 *
 * These classes wrap the public members of the production classes; production runs none of this code.
 *
 * @module
 */
import { Ledger } from "../memory/ledger.ts";
import { SLOT } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { SluiceError } from "../errors.ts";
import type { Pool } from "../memory/pool.ts";
import type { FrameFormat, FrameKind } from "./format.ts";
import type { Frame, FrameClass } from "./frame.ts";

/** The node and port that a tick got a frame from. */
export interface FrameSite {
  /** The node. */
  readonly nodeId: string;
  /** The port. */
  readonly port: string;
}

interface Guard {
  readonly site: FrameSite;
  readonly generation: number;
  /** `peek`: the node may look at the frame, but neither change it nor give it away. */
  readonly how: "acquired" | "read" | "peek";
  /** True if other nodes or lanes held the frame when it was read. */
  readonly shared: boolean;
  /** The call that ended the node's reference. */
  ended?: "released" | "written";
}

const classes = new Map<FrameClass, FrameClass>();
const guards = new WeakMap<Frame, Guard>();
/** The last node to get a slot's frame, by slot. */
const sites = new WeakMap<Pool, FrameSite[]>();

/** Returns the development class for a class of frames. */
export function checkedClass(base: FrameClass): FrameClass {
  const known = classes.get(base);
  if (known !== undefined) return known;
  const made = makeChecked(base);
  classes.set(base, made);
  return made;
}

/** Gives a frame of development mode to a node, which may use it only while it owns a reference. */
export function guardFrame(frame: Frame, site: FrameSite, how: "acquired" | "read" | "peek"): void {
  const shared = frame.pool.references(frame.slot) > 1;
  guards.set(frame, { site, generation: generationOf(frame), how, shared });
  if (how === "peek") return;
  let bySlot = sites.get(frame.pool);
  if (bySlot === undefined) sites.set(frame.pool, bySlot = []);
  bySlot[frame.slot] = site;
}

/** Returns the port that last gave a slot's frame to a node; `undefined` if none has. */
export function lastSite(pool: Pool, slot: number): FrameSite | undefined {
  return sites.get(pool)?.[slot];
}

/** Stores the checksum of the payload before the frame is handed over. */
export function sealPayload(frame: Frame): void {
  frame.pool.u32[checksumAt(frame)] = checksumOf(frame);
}

/**
 * Checks that the payload is unchanged since the writer handed it over.
 *
 * @param from the output that wrote the frame
 * @throws {SluiceError} `NodeFailed`
 */
export function assertSealed(frame: Frame, from: FrameSite): void {
  const noted = frame.pool.u32[checksumAt(frame)];
  if (noted === 0 || noted === checksumOf(frame)) return;
  throw new SluiceError(
    "NodeFailed",
    `Cannot read a frame of "${from.nodeId}.${from.port}": its payload was changed after it was written, by ` +
      `"${from.nodeId}" or by another node that reads it; change frames before write(), or what writable() gives`,
    { nodeId: from.nodeId, port: from.port },
  );
}

/**
 * Checks that a node which gives its reference back has not changed bytes that others see.
 *
 * @throws {TypeError} naming the node
 */
function assertUnchanged(frame: Frame): void {
  const guard = guards.get(frame);
  if (frame.pool.closed) return;
  if (guard?.how !== "read" || guard.generation !== generationOf(frame)) return;
  if (!guard.shared && frame.pool.references(frame.slot) <= 1) return;
  const noted = frame.pool.u32[checksumAt(frame)];
  if (noted === 0 || noted === checksumOf(frame)) return;
  // Clears the checksum so that the change is reported once: the other holders are not to blame.
  frame.pool.u32[checksumAt(frame)] = 0;
  throw new TypeError(
    `Node "${guard.site.nodeId}" changed a frame that it read from "${guard.site.nodeId}.${guard.site.port}" while ` +
      "others read it too; change what writable() gives",
  );
}

declare class ConcreteFrame extends Frame {
  override readonly kind: FrameKind;
  override readonly kindCode: number;
  override get format(): FrameFormat;
  override shape(shape: unknown): this;
}

function makeChecked(base: FrameClass): FrameClass {
  // The given classes are concrete, although `Frame` is abstract.
  const Checked = class extends (base as unknown as FrameClass<ConcreteFrame>) {
    override takeReference(action: "release" | "write"): void {
      assertUnchanged(this);
      super.takeReference(action);
      const guard = guards.get(this);
      if (guard !== undefined && this.owned === 0 && this.retained === 0) {
        guard.ended = action === "write" ? "written" : "released";
      }
    }

    override writable(): this {
      assertUsable(this, "writable");
      const guard = guards.get(this);
      const own = super.writable();
      this.pool.u32[checksumAt(own)] = 0;
      if (guard !== undefined && own !== this) guardFrame(own, guard.site, "acquired");
      return own;
    }
  } as unknown as FrameClass;
  const unowned = new Set<PropertyKey>(base.unowned);
  for (let proto = base.prototype; proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const key of Reflect.ownKeys(proto)) {
      if (unowned.has(key) || Object.hasOwn(Checked.prototype, key)) continue;
      const member = Object.getOwnPropertyDescriptor(proto, key)!;
      const isTime = typeof key === "string" && base.times.includes(key);
      Object.defineProperty(Checked.prototype, key, checkedMember(key, member, isTime));
    }
  }
  return Checked;
}

function checkedMember(key: PropertyKey, member: PropertyDescriptor, isTime: boolean): PropertyDescriptor {
  const { get, set, value } = member;
  if (typeof value === "function") {
    return {
      ...member,
      value(this: Frame, ...args: unknown[]) {
        assertUsable(this, key);
        return Reflect.apply(value, this, args);
      },
    };
  }
  return {
    configurable: true,
    ...(get && {
      get(this: Frame) {
        assertUsable(this, key);
        return Reflect.apply(get, this, []);
      },
    }),
    ...(set && {
      set(this: Frame, given: unknown) {
        assertUsable(this, key);
        if (isTime) assertTime(this, key, given);
        Reflect.apply(set, this, [given]);
      },
    }),
  };
}

function assertUsable(frame: Frame, key: PropertyKey): void {
  const guard = guards.get(frame);
  if (guard === undefined) return;
  if (frame.pool.closed && (key === "release" || key === Symbol.dispose)) return;
  const held = frame.owned > 0 || frame.retained > 0 || guard.how === "peek";
  if (held && generationOf(frame) === guard.generation) return;
  const { nodeId, port } = guard.site;
  const why = guard.ended === undefined
    ? "the tick that had it is over"
    : `the node has ${guard.ended === "written" ? "written it on" : "released it"}`;
  throw new TypeError(
    `Cannot use "${
      String(key)
    }" of a frame in node "${nodeId}" (from "${nodeId}.${port}", slot ${frame.slot} of pool ` +
      `"${frame.pool.name}"): ${why}; call retain() to keep a frame`,
  );
}

/** Refuses an invalid time, which would spread to every frame made from this one. */
function assertTime(frame: Frame, key: PropertyKey, given: unknown): void {
  const guard = guards.get(frame);
  if (guard === undefined || Number.isFinite(given)) return;
  const { nodeId, port } = guard.site;
  throw new TypeError(
    `Cannot set "${String(key)}" of a frame in node "${nodeId}" (from "${nodeId}.${port}") to ` +
      `${typeof given === "number" ? given : `a ${typeof given}`}, wanted a finite number of nanoseconds`,
  );
}

function generationOf(frame: Frame): number {
  return frame.pool.u32[index32(frame.pool.slotOffset(frame.slot) + SLOT.generation)];
}

function checksumAt(frame: Frame): number {
  return index32(frame.pool.slotOffset(frame.slot) + SLOT.checksum);
}

/**
 * Returns FNV-1a over the words of the payload, with high bits mixed down, since a product carries bits only up; never
 * 0.
 */
function checksumOf(frame: Frame): number {
  const { u32, u8 } = frame.pool;
  const offset = frame.pool.slotOffset(frame.slot);
  const length = u32[index32(offset + SLOT.payloadLength)];
  const start = offset + SLOT.size;
  let hash = 0x811c9dc5 ^ length;
  const first = index32(start);
  const words = Math.floor(length / 4);
  for (let k = first; k < first + words; k++) {
    hash = Math.imul(hash ^ u32[k], 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let k = start + 4 * words; k < start + length; k++) hash = Math.imul(hash ^ u8[k], 0x01000193);
  return (hash >>> 0) || 1;
}

export class CheckedLedger extends Ledger {
  readonly #given: Frame[] = [];

  /** Records that the tick owns a reference to the frame. */
  override add(frame: Frame): void {
    this.#given.push(frame);
    super.add(frame);
  }

  /** Gives back all references that the tick still owns, and keeps the first misuse in `fault`. */
  override releaseAll(): void {
    this.fault = undefined;
    for (const frame of this.#given.splice(0)) {
      if (frame.owned === 0) continue;
      try {
        assertUnchanged(frame);
      } catch (error) {
        this.fault ??= error;
      }
    }
    super.releaseAll();
  }
}
