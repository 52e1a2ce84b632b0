/** Edits a running graph at random, and checks after each transaction that nothing was lost. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { SluiceError } from "../../core/errors.ts";
import { addNode, CONTROL, FAILURES, linkNodes, Model, OPERATIONS } from "./edited_graph.ts";
import { type Gap, Ledger } from "./ledger.ts";
import { Random } from "./random.ts";
import { assertAccounted, assertSpent } from "../fixtures/accounted.ts";

/** Frames that must be read between two transactions. */
const FRAMES_BETWEEN = 100;

/** Most operations of a transaction. */
const MOST_OPERATIONS = 24;

/** One transaction in so many is made to fail, one is made while the graph is paused. */
const FAIL_EVERY = 6;
const PAUSE_EVERY = 10;

/**
 * How long nodes may wait for their first tick, milliseconds: not long where nothing may lead to them, and long enough
 * on a busy machine where one is to fail in it.
 */
const TRIAL_MS = 5;
const FAULTY_TRIAL_MS = 5_000;

/** How long lanes may take to answer on a busy machine, milliseconds. */
const EDIT_TIMEOUT_MS = 60_000;

/** For how many transactions what a link had queued before it was removed may still turn up behind it. */
const MEMORY = 30;

/** How long frames may take to flow, and a replaced node to be torn down, milliseconds. */
const FLOW_MS = 60_000;
const TEARDOWN_MS = 60_000;

/** What a run did. */
export interface EditFigures {
  transactions: number;
  operations: number;
  failed: number;
  failedOperations: number;
  /** Nodes that were set up, and as many torn down. */
  lives: number;
  /** Frames that were read between transactions. */
  frames: number;
  mostNodes: number;
  /** Gaps and their causes: links that drop, and links that were made anew. */
  droppedGaps: number;
  rejoinedGaps: number;
  /** How often the time between two blocks was less than 2^k microseconds. */
  buckets: number[];
  /** How long transactions took, milliseconds. */
  editMs: number[];
}

/** What may explain gaps that a sink sees. */
interface Excuse {
  /** The transactions that have given the sink another way to its source. */
  rejoined: number[];
  /** The last one in which a link on the way could drop. */
  lossyAt: number;
}

export class EditedRun {
  readonly figures: EditFigures;
  readonly #random: Random;
  readonly #runtime: Runtime;
  readonly #ledger: Ledger;
  readonly #most: number;
  readonly #excuses = new Map<number, Excuse>();
  /** By node: the last transactions that left it behind a link that drops, and that gave it an input. */
  readonly #lossyAt = new Map<string, number>();
  readonly #joinedAt = new Map<string, number>();
  #model: Model;
  #turn = 0;

  /** @param most nodes of the graph */
  constructor(native: "require" | "off", seed: number, most: number, ledger: string, figures: EditFigures) {
    this.figures = figures;
    this.#random = new Random(seed);
    this.#most = most;
    this.#ledger = new Ledger(ledger);
    this.#model = new Model(ledger, { next: 1 });
    this.#runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 12_000, slotBytes: 64 } } });
  }

  /** Starts the graph, makes so many operations, and stops it. */
  async run(operations: number): Promise<void> {
    await this.#begin();
    const limit = this.figures.operations + operations;
    while (this.figures.operations < limit) await this.#step();
    await this.#end();
  }

  async #begin(): Promise<void> {
    await this.#runtime.edit((edit) => {
      const attempt = { edit, model: this.#model, random: this.#random, most: this.#most };
      for (const [k, kind] of (["source", "pass", "sink"] as const).entries()) addNode(attempt, kind, "", CONTROL[k]);
      linkNodes(attempt, CONTROL[0], CONTROL[1], "lossless");
      linkNodes(attempt, CONTROL[1], CONTROL[2], "lossless");
    });
    await this.#runtime.start();
    // A node that is there from the start, and has no link, ends.
    await this.#runtime.edit((edit) => {
      const attempt = { edit, model: this.#model, random: this.#random, most: this.#most };
      for (let k = this.#random.below(this.#most - 3); k > 0; k--) {
        addNode(attempt, this.#random.pick(["source", "pass", "pass", "sink", "sink"]));
      }
    });
    await this.#checkPaused();
  }

  async #step(): Promise<void> {
    this.#turn++;
    const { figures } = this;
    const failure = this.#turn % FAIL_EVERY === 0 ? this.#random.pick(FAILURES) : undefined;
    const paused = this.#turn % PAUSE_EVERY === 0;
    if (paused) await this.#runtime.pause();
    const next = this.#model.clone();
    next.isPaused = paused;
    let operations = 0;
    let mustFail = false;
    const startMs = performance.now();
    try {
      await this.#runtime.edit((edit) => {
        const attempt = { edit, model: next, random: this.#random, most: this.#most };
        const wanted = 1 + this.#random.below(MOST_OPERATIONS);
        const failAt = failure?.first ? 0 : this.#random.below(wanted);
        for (let k = 0; k < wanted; k++) {
          if (k === failAt && failure !== undefined) {
            mustFail = true;
            mustFail = failure.operation(attempt);
            if (mustFail) operations++;
          }
          operations++;
          while (!this.#random.pick(OPERATIONS)(attempt)) { /* Not with this graph. */ }
        }
      }, { trialMs: failure?.first ? FAULTY_TRIAL_MS : TRIAL_MS, timeoutMs: EDIT_TIMEOUT_MS });
      ok(!mustFail, `${this.#where()}: an edit that had to fail with ${failure?.code} did not`);
      this.#accept(next);
    } catch (error) {
      if (String(error).includes("has ended")) await this.#runtime.finished;
      if (!(error instanceof SluiceError) || !mustFail) throw error;
      equal(error.code, failure!.code, `${this.#where()}: ${error.message}`);
      figures.failed++;
      figures.failedOperations += operations;
    }
    figures.editMs.push(performance.now() - startMs);
    figures.transactions++;
    figures.operations += operations;
    figures.mostNodes = Math.max(figures.mostNodes, this.#model.nodes.size);
    if (paused) await this.#runtime.resume();
    await this.#flow();
    await this.#checkPaused();
  }

  /**
   * The transaction is in effect: notes which sinks see another way to their source. What is queued on a way comes to
   * those who join it, with the gaps that it had before.
   */
  #accept(next: Model): void {
    this.#model = next;
    const since = this.#turn - MEMORY;
    for (const id of next.nodes.keys()) {
      if (next.pathTo(id).some(({ policy }) => policy !== "lossless")) this.#lossyAt.set(id, this.#turn);
    }
    for (const { id, token, kind } of next.nodes.values()) {
      if (kind !== "sink") continue;
      const excuse = this.#excuseOf(token);
      const path = next.pathTo(id);
      excuse.lossyAt = Math.max(excuse.lossyAt, this.#lossyAt.get(id) ?? -MEMORY);
      excuse.rejoined = excuse.rejoined.filter((turn) => turn > since);
      if (!path.some(({ to }) => next.joined.includes(to))) continue;
      for (const { from, to } of path) {
        excuse.lossyAt = Math.max(excuse.lossyAt, this.#lossyAt.get(from) ?? -MEMORY);
        if (next.joined.includes(to)) excuse.rejoined.push(this.#turn);
        else if ((this.#joinedAt.get(to) ?? since) > since) excuse.rejoined.push(this.#joinedAt.get(to)!);
      }
    }
    for (const id of next.joined) this.#joinedAt.set(id, this.#turn);
  }

  /** Pauses the graph and checks everything. */
  async #checkPaused(): Promise<void> {
    await this.#runtime.pause();
    const stats = this.#runtime.stats();
    assertAccounted(stats, this.#where());
    deepEqual(stats.nodes.map(({ id, lane }) => `${id} ${lane}`).sort(), this.#nodeLines(), this.#where());
    deepEqual(stats.links.map(({ id }) => id).sort(), [...this.#model.links.keys()].sort(), this.#where());
    const queued = stats.links.reduce((sum, link) => sum + link.queued, 0);
    const tooMany = () => this.#runtime.stats().pools.filter(({ slots, free }) => slots - free > queued);
    // A lane gives back what it has at hand as soon as it waits.
    for (let left = TEARDOWN_MS; tooMany().length > 0 && left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const { name, slots, free } of tooMany()) {
      ok(false, `${this.#where()}: ${slots - free} slots of pool ${name} for ${queued} frames`);
    }
    await this.#runtime.resume();
    const gaps = this.#ledger.read();
    const live = new Set([...this.#model.nodes.values()].map(({ token }) => token));
    const isRight = () => [...this.#ledger.lives].every(([token, lives]) => lives === (live.has(token) ? 1 : 0));
    for (let left = TEARDOWN_MS; !isRight() && left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      gaps.push(...this.#ledger.read());
    }
    ok(
      isRight(),
      `${this.#where()}: lives ${JSON.stringify([...this.#ledger.lives].filter(([, lives]) => lives !== 0))}`,
    );
    deepEqual(this.#ledger.twice, [], `${this.#where()}: torn down twice`);
    for (const [token, lives] of this.#ledger.lives) if (lives === 0) this.#ledger.lives.delete(token);
    for (const gap of gaps) this.#explain(gap);
  }

  #explain(gap: Gap): void {
    const excuse = this.#excuseOf(gap.sink);
    ok(gap.kind !== "corrupt", `${this.#where()}: ${gap.line}`);
    if (gap.kind === "missing" && gap.flagged && excuse.lossyAt > this.#turn - MEMORY) {
      this.figures.droppedGaps++;
      return;
    }
    ok(gap.kind !== "missing" || gap.flagged, `${this.#where()}: unflagged ${gap.line}`);
    ok(excuse.rejoined.pop() !== undefined, `${this.#where()}: untouched ${gap.line}`);
    this.figures.rejoinedGaps++;
  }

  async #flow(): Promise<void> {
    const read = () => this.#runtime.stats().links.reduce((sum, link) => sum + link.read, 0);
    const before = read();
    for (let left = FLOW_MS; read() < before + FRAMES_BETWEEN; left--) {
      ok(left > 0, `${this.#where()}: no frames flow`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.figures.frames += read() - before;
  }

  async #end(): Promise<void> {
    const summary = (await this.#runtime.stop())!;
    assertSpent(summary, this.#where());
    for (const gap of this.#ledger.read()) this.#explain(gap);
    deepEqual([...this.#ledger.lives.values()].filter((lives) => lives !== 0), [], this.#where());
    equal(this.#ledger.opened, this.#ledger.closed, this.#where());
    this.#ledger.close();
    const { figures } = this;
    figures.lives += this.#ledger.opened;
    for (const [k, count] of this.#ledger.buckets.entries()) figures.buckets[k] = (figures.buckets[k] ?? 0) + count;
  }

  #excuseOf(token: number): Excuse {
    let excuse = this.#excuses.get(token);
    if (excuse === undefined) this.#excuses.set(token, excuse = { rejoined: [], lossyAt: -MEMORY });
    return excuse;
  }

  #nodeLines(): string[] {
    return [...this.#model.nodes.values()].map(({ id, lane }) => `${id} ${lane}`).sort();
  }

  #where(): string {
    return `transaction ${this.#turn}`;
  }
}
