/**
 * Random graphs are built from nothing on a running runtime by single calls, in any order, taken down to nothing, and
 * built again: `SLUICE_CALLS` calls for each driver.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import fc from "fast-check";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { assertAccounted, assertSpent } from "./fixtures/accounted.ts";
import { Random } from "./edits/random.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { hub, HUB_MAX, joint, loosePass, looseSink, numberedSource, pass } from "./fixtures/numbered.ts";
import { until } from "./fixtures/waiting.ts";

const IS_DEEP = Deno.env.get("SLUICE_DEEP") === "1";

/** Calls for each driver, those of one graph until it is taken down, and graphs of one run. */
const CALLS = Number(Deno.env.get("SLUICE_CALLS") ?? (IS_DEEP ? 100_000 : 60));
const CALLS_A_GRAPH = IS_DEEP ? 150 : 25;
const GRAPHS_A_RUN = IS_DEEP ? 10 : 2;

const LANES = IS_DEEP ? ["main", "near", "far"] : ["main", "near"];
const POLICIES = ["roll-off", "latest", "drop-newest", "lossless"] as const;

/** Kinds of nodes, with the ports that they begin with. `pass` waits for a link, and `hub` is given its ports. */
const KINDS = {
  source: { make: () => numberedSource({ count: 1e9, intervalMs: 1 }), inputs: [], outputs: ["audio"] },
  pass: { make: () => pass(), inputs: ["audioIn"], outputs: ["audioOut"] },
  loosePass: { make: () => loosePass(), inputs: ["audioIn"], outputs: ["audioOut"] },
  joint: { make: () => joint(), inputs: ["first", "second"], outputs: ["audio"] },
  sink: { make: () => looseSink(), inputs: ["audio"], outputs: [] },
  hub: { make: () => hub(), inputs: [], outputs: [] },
} as const;

type Kind = keyof typeof KINDS;

/** A node as the model has it, with the ports that it has for links. */
interface Node {
  readonly kind: Kind;
  readonly inputs: string[];
  readonly outputs: string[];
  /** Of a hub: the number that its next numbered input has. */
  nextLine: number;
}

/** A link as the model has it; without an id until its call has settled. */
interface Link {
  readonly from: string;
  readonly to: string;
  id?: string;
}

/** A runtime, and the graph that it is to have. Calls come into effect in the order in which they are made. */
class SingleCalls {
  readonly #runtime: Runtime;
  readonly #random: Random;
  readonly #nodes = new Map<string, Node>();
  /** By the address of the input. */
  readonly #links = new Map<string, Link>();
  /** Calls that nobody has waited for. */
  readonly #pending: Promise<unknown>[] = [];
  /** Frames that were read from links that are gone, by node; and how many such links were told of, and are to be. */
  readonly #read = new Map<string, number>();
  #closed = 0;
  #removed = 0;
  #made = 0;
  /** Links whose last counts do not add up. */
  readonly #wrong: unknown[] = [];

  constructor(runtime: Runtime, random: Random) {
    this.#runtime = runtime;
    this.#random = random;
    runtime.events.on("link:*", (event) => {
      if (event.group !== "link" || event.kind !== "closed") return;
      const { written, read, dropped, to } = event;
      const gone = Object.values(dropped).reduce((all, each) => all + each, read);
      if (written !== gone) this.#wrong.push(event);
      this.#note(to.split(".")[0], read);
      this.#closed++;
    });
  }

  /** Builds a graph by so many calls, and sees that it is what was asked for. */
  async build(calls: number): Promise<void> {
    for (let k = 0; k < calls; k++) await this.#settleSome(this.#random.below(10) < 7 ? this.#grow() : this.#change());
    await this.#settle();
    await this.#assertCounts();
  }

  /** Takes it down to nothing. @returns by how many calls */
  async takeDown(): Promise<number> {
    let calls = 0;
    for (; this.#nodes.size > 0; calls++) {
      await this.#settleSome(this.#links.size > 0 && this.#random.below(2) === 0 ? this.#disconnect() : this.#remove());
    }
    await this.#settle();
    await until(() => this.#closed === this.#removed);
    deepEqual(this.#wrong, []);
    await until(() => this.#runtime.stats().pools.every(({ free, slots }) => free === slots));
    return calls;
  }

  /** Ends the run, and begins another with the same graph. */
  async restart(): Promise<void> {
    assertSpent((await this.#runtime.stop())!);
    this.#read.clear();
    await this.#runtime.start();
  }

  #grow(): unknown {
    const outputs = [...this.#nodes].flatMap(([id, node]) => node.outputs.map((port) => `${id}.${port}`));
    const inputs = [...this.#nodes].flatMap(([id, node]) => node.inputs.map((port) => `${id}.${port}`));
    const hubs = this.#hubs();
    if (hubs.length > 0 && this.#random.below(4) === 0) return this.#addPort(this.#random.pick(hubs));
    if (outputs.length === 0 || inputs.length === 0 || this.#random.below(5) < 2) return this.#add();
    return this.#connect(this.#random.pick(outputs), this.#random.pick(inputs));
  }

  #hubs(): string[] {
    return [...this.#nodes].flatMap(([id, { kind }]) => kind === "hub" ? [id] : []);
  }

  #add(): PromiseLike<unknown> {
    const id = `n${this.#made++}`;
    const kind = this.#random.pick(Object.keys(KINDS) as Kind[]);
    this.#nodes.set(id, { kind, inputs: [...KINDS[kind].inputs], outputs: [...KINDS[kind].outputs], nextLine: 0 });
    return this.#runtime.add(KINDS[kind].make() as NodeSpec<NodeHandle>, { id, lane: this.#random.pick(LANES) });
  }

  /** Gives a hub a port, or tries to give it one that it cannot have. */
  #addPort(id: string): unknown {
    const { inputs, outputs } = this.#nodes.get(id)!;
    if (this.#random.below(2) === 0) return this.#addLine(id);
    const direction = this.#random.pick(["input", "output"] as const);
    const ports = direction === "input" ? inputs : outputs;
    const kind = this.#random.pick(["audio", "audio", "audio", "video"] as const);
    const name = `${direction}_${this.#random.pick(["a", "b", "c", "d"])}`;
    const call = () =>
      direction === "input" ? this.#runtime.addInput(id, name, { kind }) : this.#runtime.addOutput(id, name, { kind });
    const refused = kind === "video"
      ? { code: "TypeMismatch", expected: "AudioFrame or DataFrame<unknown>", actual: "VideoFrame" }
      : ports.includes(name) || ports.filter(isNamed).length === HUB_MAX
      ? { code: "InvalidGraph" }
      : undefined;
    if (refused !== undefined) return rejects(call, refused);
    ports.push(name);
    return call().then((added) => equal(added, name));
  }

  #addLine(id: string): unknown {
    const node = this.#nodes.get(id)!;
    const call = () => this.#runtime.addInput(id, "lines");
    if (node.inputs.length - node.inputs.filter(isNamed).length === HUB_MAX) {
      return rejects(call, { code: "InvalidGraph" });
    }
    const name = `lines_${node.nextLine++}`;
    node.inputs.push(name);
    return call().then((added) => equal(added, name));
  }

  /** Takes a port from a hub, with the links at it. */
  #removePort(id: string): unknown {
    const node = this.#nodes.get(id)!;
    const direction = this.#random.pick(["input", "output"] as const);
    const ports = direction === "input" ? node.inputs : node.outputs;
    if (ports.length === 0) return;
    const name = this.#random.pick(ports);
    ports.splice(ports.indexOf(name), 1);
    if (!node.inputs.some((each) => !isNamed(each))) node.nextLine = 0;
    this.#forgetLinks((end) => end === `${id}.${name}`);
    return direction === "input" ? this.#runtime.removeInput(id, name) : this.#runtime.removeOutput(id, name);
  }

  #connect(from: string, to: string): unknown {
    const source = from.split(".")[0];
    const target = to.split(".")[0];
    const call = async () => {
      const policy = this.#random.pick(POLICIES);
      const capacity = policy === "latest" ? 1 : 8 + this.#random.below(8);
      return await this.#runtime.connectByName(from, to, { policy, capacity });
    };
    const isTaken = this.#links.has(to);
    const closesLoop = this.#reaches(target, source);
    if (isTaken && closesLoop) return;
    if (isTaken) return rejects(call, { code: "DestinationOccupied" });
    if (closesLoop) return rejects(call, { code: "CycleWithoutDelay" });
    const link: Link = { from, to };
    this.#links.set(to, link);
    return call().then((id) => link.id = id);
  }

  #change(): unknown {
    const ids = [...this.#nodes.keys()];
    if (ids.length === 0) return;
    const id = this.#random.pick(ids);
    const { kind } = this.#nodes.get(id)!;
    switch (kind === "hub" ? this.#random.below(7) : this.#random.below(6)) {
      case 6:
        return this.#removePort(id);
      case 0:
        return this.#disconnect();
      case 1:
        return this.#remove();
      case 2:
        return this.#runtime.move(id, this.#random.pick(LANES));
      case 3:
        return this.#runtime.edit((edit) => void edit.replace(id, KINDS[kind].make() as NodeSpec<NodeHandle>), {
          trialMs: 1,
        });
      case 4:
        return kind.endsWith("ass") ? this.#runtime.bypass(id, this.#random.below(2) === 0) : undefined;
      default:
        return kind === "source" ? this.#runtime.configure(id, { intervalMs: 1 + this.#random.below(3) }) : undefined;
    }
  }

  #disconnect(): Promise<void> | undefined {
    const known = [...this.#links.values()].filter(({ id }) => id !== undefined);
    if (known.length === 0) return undefined;
    const { id, to } = this.#random.pick(known);
    this.#links.delete(to);
    this.#removed++;
    return this.#runtime.disconnect(id!);
  }

  #remove(): Promise<void> {
    const id = this.#random.pick([...this.#nodes.keys()]);
    this.#forgetLinks((end) => end.startsWith(`${id}.`));
    this.#nodes.delete(id);
    return this.#runtime.remove(id);
  }

  /** Links with such an end go with what is removed. */
  #forgetLinks(isAt: (end: string) => boolean): void {
    for (const { from, to } of [...this.#links.values()]) {
      if (!isAt(from) && !isAt(to)) continue;
      this.#links.delete(to);
      this.#removed++;
    }
  }

  /** Whether frames of a node come to another one. */
  #reaches(from: string, to: string): boolean {
    const reached = new Set([from]);
    for (const id of reached) {
      for (const link of this.#links.values()) if (link.from.startsWith(`${id}.`)) reached.add(link.to.split(".")[0]);
    }
    return reached.has(to);
  }

  /** Waits for a call, or lets others follow before it has settled. */
  async #settleSome(call: unknown): Promise<void> {
    this.#pending.push(Promise.resolve(call));
    if (this.#random.below(3) > 0 || this.#pending.length > 5) await this.#settle();
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
    const { nodes, links } = this.#runtime.stats();
    deepEqual(nodes.map(({ id }) => id), [...this.#nodes.keys()]);
    deepEqual(links.map(({ id, from, to }) => ({ id, from, to })).sort(byInput), this.#shownLinks());
    for (const id of this.#hubs()) {
      const { inputs, outputs } = this.#nodes.get(id)!;
      deepEqual(this.#runtime.portInfo(id).map(({ name }) => name).sort(), [...inputs, ...outputs].sort(), id);
    }
  }

  #shownLinks(): { id: string | undefined; from: string; to: string }[] {
    return [...this.#links.values()].map(({ id, from, to }) => ({ id, from, to })).sort(byInput);
  }

  /** What nodes have counted is what the links to them have, those that are gone too. */
  async #assertCounts(): Promise<void> {
    await until(() => this.#closed === this.#removed);
    await this.#runtime.pause();
    const stats = this.#runtime.stats();
    assertAccounted(stats);
    for (const { id, framesIn } of stats.nodes) {
      const read = stats.links.filter(({ to }) => to.startsWith(`${id}.`)).reduce((sum, link) => sum + link.read, 0);
      equal(framesIn, read + (this.#read.get(id) ?? 0), `read by ${id} (${this.#nodes.get(id as string)?.kind})`);
    }
    await this.#runtime.resume();
  }

  #note(node: string, read: number): void {
    this.#read.set(node, (this.#read.get(node) ?? 0) + read);
  }
}

/** Whether a hub's port has a name of its own. */
function isNamed(port: string): boolean {
  return !port.startsWith("lines_");
}

function byInput(a: { readonly to: string }, b: { readonly to: string }): number {
  return a.to < b.to ? -1 : 1;
}

eachDriver(
  "random single calls build graphs from nothing, take them down to nothing and build them again",
  async (native) => {
    const property = async (seed: number) => {
      await using runtime = new Runtime({ native });
      await runtime.start();
      const graph = new SingleCalls(runtime, new Random(seed));
      for (let [calls, graphs] = [0, 1]; calls < CALLS; graphs++) {
        await graph.build(CALLS_A_GRAPH);
        if (graphs % GRAPHS_A_RUN === 0) await graph.restart();
        calls += CALLS_A_GRAPH + await graph.takeDown();
      }
      assertSpent((await runtime.stop())!);
    };
    await fc.assert(fc.asyncProperty(fc.nat(), property), { numRuns: 1, endOnFailure: true });
  },
);
