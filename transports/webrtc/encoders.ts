/**
 * Does what players ask of encoders: a key frame, and the bit rate that the way to the slowest of them carries.
 *
 * @module
 */
import type { NodeEntry } from "../../core/graph/entries.ts";
import type { Runtime } from "../../core/runtime.ts";
import { type RuntimeView, viewRuntime } from "../../core/runtime_view.ts";
import { logger } from "../../core/log.ts";

/** The share of an estimate that pictures take: sound, and packets that are sent again, take the rest. */
const SHARE = 0.85;

/** The least bit rate that an encoder is given, bits a second. */
const LEAST = 100_000;

/** The least time between two changes of a bit rate upwards, milliseconds. */
const INTERVAL_MS = 500;

/** The bit rate of an encoder. */
class BitRate {
  /** The one that its owner gave it, which it is never given more than. */
  #own: number;
  /** The one that it was given here. */
  #given: number;
  #atMs = -Infinity;
  /** The newest estimate of each node behind it that has players, bits a second. */
  readonly #estimates = new Map<string, number>();
  /** What the least of them leaves for it, while it is being given another. */
  #next: number | undefined;
  #isBusy = false;

  constructor(own: number) {
    this.#own = this.#given = own;
  }

  /**
   * Gives the encoder what the least estimate leaves for it.
   *
   * @param sink the node with the players
   * @param bits its estimate, bits a second; `null`: it has no players any more
   */
  async follow(runtime: Runtime, encoder: NodeEntry, sink: string, bits: number | null): Promise<void> {
    if (bits === null) this.#estimates.delete(sink);
    else this.#estimates.set(sink, bits);
    this.#next = Math.min(...this.#estimates.values()) * SHARE;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next; (next = this.#next) !== undefined;) {
        this.#next = undefined;
        const current = Number(encoder.config.bitRate);
        if (current !== this.#given) this.#own = this.#given = current;
        const wanted = Math.round(Math.min(this.#own, Math.max(LEAST, next)));
        const nowMs = performance.now();
        const isSoon = nowMs - this.#atMs < INTERVAL_MS && next !== Infinity;
        if (wanted === current || wanted > current && isSoon) continue;
        this.#atMs = nowMs;
        await runtime.setConfig(encoder.id, "bitRate", wanted);
        this.#given = wanted;
      }
    } finally {
      this.#isBusy = false;
    }
  }
}

/**
 * Passes the events `key-frame-wanted` and `bandwidth` of a graph's nodes on to the encoder before each, which is found by
 * the links: its command `keyFrame`, and its live value `bitRate`.
 *
 * @returns what ends it; encoders keep the bit rate that they have
 */
export function obeyPlayers(runtime: Runtime): Disposable {
  const rates = new Map<string, BitRate>();
  const follow = async (encoder: NodeEntry, sink: string, bits: number | null) => {
    const own = Number(encoder.config.bitRate);
    if (!Number.isFinite(own)) return;
    const life = `${encoder.id} ${encoder.life}`;
    const rate = rates.get(life) ?? new BitRate(own);
    rates.set(life, rate);
    await rate.follow(runtime, encoder, sink, bits);
  };
  return runtime.events.on("node:*", (event) => {
    if (event.group !== "node" || event.kind !== "custom") return;
    if (event.name !== "key-frame-wanted" && event.name !== "bandwidth") return;
    const encoder = encoderBefore(viewRuntime(runtime), event.nodeId);
    if (encoder === undefined) return;
    const done = event.name === "key-frame-wanted"
      ? runtime.command(encoder.id, "keyFrame")
      : follow(encoder, event.nodeId, (event.data as { readonly bitsPerSecond: number | null }).bitsPerSecond);
    done.catch((error) => logger("node").debug(`"${encoder.id}" does not obey players`, { error }));
  });
}

/** The nearest node before another that makes encoded frames of pictures. */
function encoderBefore(view: RuntimeView, nodeId: string): NodeEntry | undefined {
  const seen = new Set<string>([nodeId]);
  for (const id of seen) {
    for (const link of view.links) {
      if (link.toNode !== id || link.input.kind !== "encoded" || seen.has(link.fromNode)) continue;
      const node = view.nodes.find((each) => each.id === link.fromNode);
      if (node?.type.descriptor.inputs.some(({ kind }) => kind === "video")) return node;
      seen.add(link.fromNode);
    }
  }
  return undefined;
}
