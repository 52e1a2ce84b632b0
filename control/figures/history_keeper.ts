/**
 * Takes the steps of a graph's history while it is served, whether or not a client follows: one reading a second, and
 * between two readings some checks of the links' ages alone, since each frame resets the age. It rests when a run is
 * over, and continues with the next one.
 *
 * @module
 */
import type { RuntimeView } from "../../core/runtime_view.ts";
import { index64 } from "../../core/element_index.ts";
import { LINK } from "../../ffi/layout.gen.ts";
import { GraphHistory } from "../answers/graph_history.ts";
import { decodeStats } from "../schemas/stats_frame.ts";

/** Time between two checks of the ages, milliseconds. */
const LOOK_MS = 200;

/** Checks per step. */
const LOOKS_PER_STEP = 5;

export class HistoryKeeper implements Disposable {
  readonly history: GraphHistory = new GraphHistory();
  readonly #view: () => RuntimeView;
  readonly #read: (view: RuntimeView) => Uint8Array<ArrayBuffer>;
  readonly #timer: ReturnType<typeof setInterval>;
  #ages = new Float64Array(0);
  #version = -1;
  #looks = 0;
  /** Whether the last step of the run of this version was taken. */
  #isOver = false;

  /** @param read reads the figures as a statistics message */
  constructor(view: () => RuntimeView, read: (view: RuntimeView) => Uint8Array<ArrayBuffer>) {
    this.#view = view;
    this.#read = read;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const view = this.#view();
    const { session, links, version } = view;
    if (session === undefined) return;
    if (version !== this.#version) {
      this.#version = version;
      this.#ages = new Float64Array(links.length);
      this.#isOver = false;
    }
    if (this.#isOver) return;
    const isOver = this.#isOver = ["completed", "stopped", "failed"].includes(session.state);
    const { page, nodesNowNs } = session;
    for (let k = 0; k < links.length; k++) {
      const ingressNs = page.f64[index64(page.linkOffset(links[k].index) + LINK.newestIngressNs)];
      if (ingressNs > 0) this.#ages[k] = Math.max(this.#ages[k], nodesNowNs - ingressNs);
    }
    if (this.#looks++ % LOOKS_PER_STEP !== 0 && !isOver) return;
    const { nodes } = view;
    const lanes = { length: session.lanes.length };
    const pools = { length: session.pools().length };
    const message = this.#read(view);
    this.history.take(decodeStats(message.buffer, { nodes, links, lanes, pools }), { nodes, links }, this.#ages);
    this.#ages.fill(0);
  }
}
