/**
 * The taps of one runtime: a hidden node for each output that somebody looks at, for as long as anybody does. Viewers of
 * one output share it, so that each further one costs the graph nothing.
 *
 * @module
 */
import { hiddenSite } from "../../core/hidden_site.ts";
import type { NodeId } from "../../core/ids.ts";
import { logger } from "../../core/log.ts";
import { SluiceError } from "../../core/errors.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { started } from "../commands/command_log.ts";
import type { TapParams } from "../schemas/tap.ts";
import { TAP_INPUT, TAP_TYPE } from "./tap_package.ts";
import { chooseManner, findPlace, type TapManner, type TapPlace } from "./tap_place.ts";
import type { TapReading, TapWant } from "./tap_reading.ts";

/** The lane of all taps. */
const TAP_LANE = "~taps";

/** Frames that wait for the hidden node, which looks for them 50 times a second. */
const WAITING = { audio: 64, encoded: 64, packet: 32, data: 32, video: 4 } as const;

/** The most taps of one runtime. */
const MOST_TAPS = 64;

/** Hears of a tap. */
export interface TapListener {
  /** Takes a reading. */
  reading(reading: Pick<TapReading, "head" | "payload">): void;
  /** Called once if the tap ends by itself, with the reason for people. */
  ended(reason: string): void;
}

/** A tap that somebody has open. */
export interface OpenTap extends TapPlace, Pick<TapManner, "what" | "rate"> {
  /** Ends it. The hidden node goes with the last tap of its output. */
  close(): Promise<void>;
}

/** A view of a hidden node: taps of one view, one rate and one width share its readings. */
interface View {
  readonly want: TapWant;
  readonly listeners: Set<TapListener>;
}

/** A hidden node. */
interface Hidden {
  readonly id: NodeId;
  readonly key: string;
  readonly views: View[];
}

/** The taps of one runtime. */
export class Taps implements Disposable {
  readonly #runtime: Runtime;
  readonly #nodes = new Map<string, Hidden>();
  readonly #subscription: Disposable;
  /** The edits under way, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #nextNode = 1;
  #nextView = 1;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#subscription = runtime.events.on("*", ({ group, kind }) => {
      if (group === "runtime" && kind === "ended") this.#endAll("the graph has ended");
      if (group === "graph") void this.#inTurn(() => this.#dropUnlinked());
    });
  }

  /** The number of open taps. */
  get size(): number {
    return [...this.#nodes.values()].flatMap(({ views }) => views).reduce(
      (sum, { listeners }) => sum + listeners.size,
      0,
    );
  }

  /**
   * Opens a tap.
   *
   * @throws {SluiceError} `InvalidConfig`, `LinkNotFound`, `NodeNotFound`, `PortNotFound` for what is asked, each with
   * what there is; `Busy` if the graph does not run, the node has ended, or 64 taps are open; `Timeout` if the node's
   * lane does not answer
   */
  async open(params: Omit<TapParams, "subscription">, listener: TapListener): Promise<OpenTap> {
    return await this.#inTurn(async () => {
      await started(this.#runtime);
      return await this.#open(params, listener);
    });
  }

  /** Ends every tap. */
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    const ids = [...this.#nodes.values()].map(({ id }) => id);
    this.#endAll("the server is closed");
    if (ids.length > 0) void this.#remove(ids);
  }

  async #open(params: TapParams, listener: TapListener): Promise<OpenTap> {
    const place = findPlace(viewRuntime(this.#runtime), params);
    const manner = chooseManner(place, params);
    if (this.size >= MOST_TAPS) {
      throw new SluiceError(
        "Busy",
        `Cannot look at "${place.output}": ${MOST_TAPS} taps are open, the most; close one`,
      );
    }
    const { sampled, ...wanted } = manner;
    const { what, rate, width } = wanted;
    const key = `${place.output} ${sampled}`;
    const node = this.#nodes.get(key);
    const known = node?.views.find(({ want }) => want.what === what && want.rate === rate && want.width === width);
    const view = known ?? { want: { view: this.#nextView++, ...wanted }, listeners: new Set() };
    if (node === undefined) await this.#addNode(key, place, manner, view);
    else if (known === undefined) {
      await this.#show(node, [...node.views, view]);
      node.views.push(view);
    }
    view.listeners.add(listener);
    return { ...place, what, rate, close: () => this.#inTurn(() => this.#close(key, view, listener)) };
  }

  async #addNode(key: string, { node: from, port, kind }: TapPlace, { sampled }: TapManner, view: View): Promise<void> {
    const id = `~tap${this.#nextNode++}` as NodeId;
    const node: Hidden = { id, key, views: [view] };
    const site = hiddenSite(this.#runtime);
    site.listeners.set(id, (value) => tell(node, value as TapReading));
    const isStream = sampled > 100 || kind === "packet" || kind === "data";
    try {
      await site.add({
        id,
        type: TAP_TYPE,
        config: { wants: [view.want] },
        lane: TAP_LANE,
        from: { node: from, port },
        input: TAP_INPUT,
        sampleNs: 1e9 / sampled,
        ...(isStream ? { policy: "roll-off", capacity: WAITING[kind] } : { policy: "latest" }),
      });
    } catch (error) {
      site.listeners.delete(id);
      throw error;
    }
    this.#nodes.set(key, node);
  }

  async #close(key: string, view: View, listener: TapListener): Promise<void> {
    const node = this.#nodes.get(key);
    if (!view.listeners.delete(listener) || view.listeners.size > 0 || node?.views.includes(view) !== true) return;
    const left = node.views.filter((each) => each !== view);
    if (left.length === 0) return await this.#drop([node]);
    node.views.splice(node.views.indexOf(view), 1);
    await this.#show(node, left).catch(() => {});
  }

  #show({ id }: Hidden, views: readonly View[]): Promise<void> {
    return hiddenSite(this.#runtime).configure(id, { wants: views.map(({ want }) => want) });
  }

  /** Ends the taps of outputs that edits have removed. */
  async #dropUnlinked(): Promise<void> {
    const site = hiddenSite(this.#runtime);
    const gone = [...this.#nodes.values()].filter(({ id }) => !site.isLinked(id));
    for (const node of gone) end(node, "its output is no longer in the graph");
    if (gone.length > 0) await this.#drop(gone);
  }

  async #drop(nodes: readonly Hidden[]): Promise<void> {
    for (const { id, key } of nodes) {
      this.#nodes.delete(key);
      hiddenSite(this.#runtime).listeners.delete(id);
    }
    await this.#remove(nodes.map(({ id }) => id));
  }

  async #remove(ids: readonly NodeId[]): Promise<void> {
    try {
      await hiddenSite(this.#runtime).remove(ids);
    } catch (error) {
      // The nodes go with a run that has ended, or is about to.
      if ((error as SluiceError).code !== "Busy") logger("control").warn("A tap was not removed", { error });
    }
  }

  /** Ends all taps without an edit: the nodes of a run go with it. */
  #endAll(reason: string): void {
    const nodes = [...this.#nodes.values()];
    this.#nodes.clear();
    for (const node of nodes) {
      hiddenSite(this.#runtime).listeners.delete(node.id);
      end(node, reason);
    }
  }

  /** Does work that changes hidden nodes, after the work before it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }
}

function tell({ views }: Hidden, { view, head, payload }: TapReading): void {
  const found = views.find(({ want }) => want.view === view);
  for (const listener of found?.listeners ?? []) listener.reading({ head, payload });
}

function end({ views }: Hidden, reason: string): void {
  for (const { listeners } of views) {
    for (const listener of listeners) listener.ended(reason);
    listeners.clear();
  }
}
