/**
 * The pools of a run. They grow and shrink with the graph, within a budget: see docs/memory.md.
 *
 * @module
 */
import type { Driver } from "../driver/driver.ts";
import { SluiceError } from "../errors.ts";
import { logDetail } from "../log.ts";
import { Ledger } from "../memory/ledger.ts";
import { Pool } from "../memory/pool.ts";
import { PoolGate } from "../memory/pool_gate.ts";
import { bytesOfSlot, createPool, growToken, MAX_POOL_BYTES, type PoolToken } from "../memory/pool_layout.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { PoolPlan } from "./pool_plan.ts";

/**
 * The most slots that a pool has addresses for if the runtime chooses its size: the table of holds takes 64 bytes of
 * addresses for each slot.
 */
const MAX_ROOM = 65_536;

/** A growing pool gets this many times its slots, or as many as the graph asks for. */
const GROWTH = 1.5;

/** Free slots of fewer bytes than this stay open: the next edit may need them. */
const LEAST_SHUT_BYTES = 4 * 2 ** 20;

/** A pool, as the control isolate sees it. */
interface OwnPool {
  /** The token by which lanes open it. */
  token: PoolToken;
  readonly pool: Pool;
  /** True if it neither grows nor shrinks. */
  readonly isFixed: boolean;
  readonly gate: PoolGate;
  /** How many slots it lends once the running edit is in effect. */
  planned: number;
}

export class PoolSet {
  readonly #driver: Driver;
  readonly #budget: MemoryBudget;
  /** All pools, by index. */
  #all: OwnPool[] = [];
  /** Pools that lanes may not know, or not with all their slots. */
  readonly #untold = new Set<OwnPool>();

  /** @param budget of all pools together */
  constructor(driver: Driver, budget: MemoryBudget) {
    this.#driver = driver;
    this.#budget = budget;
  }

  /** The tokens by which lanes open the pools. */
  get tokens(): readonly PoolToken[] {
    return this.#all.map(({ token }) => token);
  }

  /** Views of the pools, by index. */
  get pools(): readonly Pool[] {
    return this.#all.map(({ pool }) => pool);
  }

  /** Returns how many slots a pool has once the running edit is in effect; `undefined` for an unknown pool. */
  slotsOf(name: string): number | undefined {
    return this.#named(name)?.planned;
  }

  /**
   * Returns how many slots a pool has out: lent ones, and closed ones that have not come back. @param index the
   * pool's
   */
  slotsOut(index: number): number {
    const { gate } = this.#all[index];
    return gate.slots + gate.out;
  }

  /** The tokens of pools with slots that lanes may not know: those planned since the last edit took effect. */
  get untold(): readonly PoolToken[] {
    return [...this.#untold].map(({ token }) => token);
  }

  /** The most bytes that the pools may have together. */
  get limitBytes(): number {
    return this.#budget.limit;
  }

  /**
   * Makes the missing pools, and plans more slots for pools that have too few: all or nothing.
   *
   * @param attempt the action, such as `Cannot start`
   * @throws {SluiceError} `PoolExhausted` if the budget does not allow it
   * @throws {RangeError} if the system refuses the memory
   */
  fit(attempt: string, plans: readonly PoolPlan[]): void {
    const slots = this.#share(attempt, plans);
    const fresh = this.#create(plans.filter(({ name }) => this.#named(name) === undefined), slots);
    for (const plan of plans) this.#plan(plan.name, slots.get(plan.name)!);
    this.#all.push(...fresh);
    for (const { planned, token: { name, slotBytes } } of fresh) {
      logDetail("runtime", "debug", () => [`Pool "${name}" is made with ${planned} slots`, { slotBytes }]);
    }
    for (const own of fresh) this.#untold.add(own);
  }

  /** Lends the planned slots: every lane covers them. */
  adopted(): void {
    for (const { gate, planned, token: { name, slotBytes } } of this.#all) {
      if (planned <= gate.slots) continue;
      logDetail(
        "runtime",
        "debug",
        () => [`Pool "${name}" grows from ${gate.slots} to ${planned} slots`, { slotBytes }],
      );
      gate.open(planned);
    }
    this.#untold.clear();
  }

  /** Drops the plan of a refused edit. Lanes that know more slots may keep knowing them. */
  refused(): void {
    for (const own of this.#all) own.planned = own.gate.slots;
  }

  /** Closes slots of pools that have many more than planned, and of pools without a plan. */
  shrink(plans: readonly PoolPlan[]): void {
    for (const own of this.#all) {
      const plan = plans.find(({ name }) => name === own.token.name);
      if (own.isFixed) continue;
      const wanted = plan?.slots ?? 1;
      const spare = (own.planned - wanted) * bytesOfSlot(own.token.slotBytes);
      if (spare < LEAST_SHUT_BYTES || own.planned < 2 * wanted) continue;
      const { name, slotBytes } = own.token;
      logDetail(
        "runtime",
        "debug",
        () => [`Pool "${name}" shrinks from ${own.planned} to ${wanted} slots`, { slotBytes }],
      );
      own.gate.shut(wanted);
      own.planned = wanted;
    }
  }

  /** Takes closed slots that have come back. */
  collect(): void {
    for (const { gate } of this.#all) gate.collect();
  }

  /** Gives all memory back. No lane may be at work. */
  release(): void {
    releaseAll(this.#driver, this.#all);
  }

  /**
   * Returns how many slots each pool gets: at least the need of its plan, and as many more of its wish as the budget
   * has left.
   */
  #share(attempt: string, plans: readonly PoolPlan[]): Map<string, number> {
    const slots = new Map(this.#all.map(({ token, planned }) => [token.name, planned]));
    const slotBytes = new Map(this.#all.map(({ token }) => [token.name, bytesOfSlot(token.slotBytes)]));
    const growing = plans.filter(({ name, least }) => !slots.has(name) || slots.get(name)! < least);
    for (const { name, least, slotBytes: bytes } of growing) {
      slots.set(name, least);
      slotBytes.set(name, bytesOfSlot(bytes));
    }
    const bytes = [...slots].map(([name, count]) => [name, count * slotBytes.get(name)!] as const);
    if (this.#all.length === 0) this.#budget.admit(bytes.reduce((sum, [, each]) => sum + each, 0));
    let left = this.#budget.assertFits(attempt, new Map(bytes));
    for (const { name, least, slots: planned } of growing) {
      // Lanes map a pool again when it grows, so it grows at least by a fixed part of itself.
      const wanted = Math.max(planned, Math.ceil((this.slotsOf(name) ?? 0) * GROWTH));
      const more = Math.min(wanted - least, Math.floor(left / slotBytes.get(name)!));
      left -= more * slotBytes.get(name)!;
      slots.set(name, least + more);
      const room = this.#named(name)?.token.maxSlots;
      if (room === undefined || least <= room) continue;
      throw new SluiceError(
        "PoolExhausted",
        `${attempt}: pool "${name}" has room for ${room} slots, and the graph needs ${least}; start it anew with ` +
          `pools.${name}.slots of at least as many, or lower the capacity of links`,
        { key: `pools.${name}.slots` },
      );
    }
    return slots;
  }

  #plan(name: string, slots: number): void {
    const own = this.#named(name);
    if (own === undefined) return;
    own.planned = Math.min(slots, own.token.maxSlots);
    if (own.planned <= own.token.slots) return;
    own.token = growToken(this.#driver, own.token, own.planned);
    own.pool.grow(own.token);
    this.#untold.add(own);
  }

  /** @throws as `createPool()`; then no pool is left */
  #create(plans: readonly PoolPlan[], slots: ReadonlyMap<string, number>): OwnPool[] {
    const made: OwnPool[] = [];
    try {
      for (const plan of plans) {
        const token = this.#createOne(this.#all.length + made.length, plan, slots.get(plan.name)!);
        const pool = new Pool(this.#driver, token, 0, new Ledger());
        made.push({ token, pool, isFixed: plan.isFixed, gate: new PoolGate(pool), planned: token.slots });
      }
    } catch (error) {
      releaseAll(this.#driver, made);
      throw error;
    }
    return made;
  }

  #createOne(index: number, { name, slotBytes, isFixed }: PoolPlan, slots: number): PoolToken {
    const spec = { name, slotBytes, slots };
    const most = Math.min(MAX_ROOM, Math.floor(Math.min(MAX_POOL_BYTES, this.#budget.limit) / bytesOfSlot(slotBytes)));
    if (isFixed || most <= slots) return createPool(this.#driver, index, spec);
    try {
      return createPool(this.#driver, index, { ...spec, maxSlots: most });
    } catch (error) {
      // The system may limit addresses: the pool then has the slots for its present need.
      if (error instanceof RangeError) return createPool(this.#driver, index, spec);
      throw error;
    }
  }

  #named(name: string): OwnPool | undefined {
    return this.#all.find(({ token }) => token.name === name);
  }
}

function releaseAll(driver: Driver, pools: readonly OwnPool[]): void {
  for (const { token } of pools) driver.releaseArena(token.arena);
}
