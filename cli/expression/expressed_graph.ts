/**
 * The nodes and links of a graph that stands in one line.
 *
 * @module
 */
import { coerceSetting } from "../../core/descriptor/config_check.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import { isOpen } from "../../core/descriptor/open_ports.ts";
import { listNames, type SluiceError } from "../../core/errors.ts";
import { describeName } from "../../core/errors/describe_value.ts";
import { didYouMean, listSome } from "../../core/errors/suggestion.ts";
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import { defaultNodeId } from "../../core/ids.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { AnyNodeType } from "../../core/registry/node_type.ts";
import { type ConfigOverride, IMPLIED_LANES } from "../../core/graph/check_nodes.ts";
import { type GraphDiagnostics, warning } from "../../core/graph/diagnostics.ts";
import type { JsonMember, JsonNode } from "../../core/graph/json_tree.ts";
import { bothWays, type KnownSides, picturePools } from "../../processors/media/picture_pools.ts";
import { screenSizes } from "../../processors/media/screen_sizes.ts";
import type { Chain, NewNode, NodeReference, Setting } from "./chains.ts";
import { type ConversionStep, findConversion } from "../../core/graph/conversion.ts";
import { choosePorts, type Converting, type Linked } from "./chosen_ports.ts";
import { fedFirst, type Joint, jointsOf } from "./joints.ts";
import { member, treeOf } from "./tree.ts";

/** Values that are the node's own, beside those of its configuration. */
const NODE_KEYS: readonly string[] = ["id", "lane"];

/** A node of the graph. */
interface Expressed {
  readonly id: string;
  readonly descriptor: NodeDescriptor;
  readonly element: NewNode;
  readonly lane?: Setting;
  readonly config: readonly Setting[];
  /** Ports that links name. */
  readonly taken: Set<string>;
  /** What comes in by its links. */
  readonly fed: Set<FrameKind>;
}

/** What a graph is made with, beside its text. */
export interface Expressing {
  /** Whether nodes are put in that convert. */
  readonly converts: boolean;
  /** Values that take the place of those in the text. */
  readonly settings: readonly ConfigOverride[];
}

/** Collects nodes and links; what is wrong with them goes to the diagnostics. */
export class ExpressedGraph {
  readonly #registry: NodeRegistry;
  readonly #diagnostics: GraphDiagnostics;
  readonly #made: Expressing;
  readonly #types: readonly AnyNodeType[];
  readonly #byId = new Map<string, Expressed>();
  #joints: readonly Joint[] = [];
  readonly #byElement = new Map<NewNode, Expressed>();
  readonly #links = new Map<Joint, JsonNode>();

  constructor(registry: NodeRegistry, diagnostics: GraphDiagnostics, made: Expressing) {
    this.#registry = registry;
    this.#diagnostics = diagnostics;
    this.#made = made;
    this.#types = registry.list();
  }

  /** Makes the nodes of all chains: those with ids first, so that no other takes one of these. */
  addNodes(chains: readonly Chain[]): void {
    const elements = chains.flat().filter((each) => each.kind === "new");
    const hasId = ({ settings }: NewNode) => settings.some(({ key }) => key === "id");
    for (const element of elements) if (hasId(element)) this.#addNode(element);
    for (const element of elements) if (!hasId(element)) this.#addNode(element);
  }

  /** Links the nodes of each chain, in the order of the text, but those to a node before those from it. */
  addLinks(chains: readonly Chain[]): void {
    this.#joints = jointsOf(chains);
    for (const joint of fedFirst(this.#joints, (element) => this.#nodeOf(element))) this.#link(joint);
  }

  /** Types of the nodes whose inputs have no links. */
  sources(): NodeDescriptor[] {
    const isFed = ({ descriptor, taken }: Expressed) => descriptor.inputs.some(({ name }) => hasElement(taken, name));
    return [...this.#byId.values()].filter((node) => !isFed(node)).map(({ descriptor }) => descriptor);
  }

  /** What is known to be there and goes nowhere, though something else of its node does, each in a sentence. */
  untaken(): SluiceError[] {
    return [...this.#byId.values()].flatMap(({ id, element, taken }) => {
      const { outputs = {}, refused = {} } = taken.size === 0 ? {} : this.#knownPorts(id) ?? {};
      const free = Object.keys(outputs).filter((name) => !taken.has(name));
      const messages = Object.entries(refused).map(([name, why]) => `"${id}" leaves out ${name}: ${why}`);
      if (free.length > 0) {
        messages.unshift(
          `"${id}" has ${listNames(free)} too, which this graph leaves out; ` +
            `a chain "${id}.${free[0]} ! …" behind ";" takes ${free.length === 1 ? "it" : `"${free[0]}"`}`,
        );
      }
      return messages.map((message) => warning("InvalidGraph", message, element.offset, this.#diagnostics));
    });
  }

  /** The members of a graph file: nodes, links, lanes, and pools for pictures that need larger slots than usual. */
  members(): JsonMember[] {
    const nodes = [...this.#byElement.values()];
    const written = nodes.toSorted((a, b) => a.element.offset - b.element.offset).map(nodeMember);
    const links = this.#joints.flatMap((joint) => this.#links.get(joint) ?? []);
    const lanes = nodes.flatMap(({ lane }) => lane === undefined || IMPLIED_LANES.includes(lane.value) ? [] : [lane]);
    const pools = picturePools(nodes.flatMap(({ id }) => this.#pictureSizes(id)).flatMap(bothWays));
    const byName = new Map(lanes.map(({ value, valueOffset }) => [value, valueOffset]));
    return [
      member("nodes", 0, { type: "object", offset: 0, members: written }),
      member("links", 0, { type: "array", offset: 0, children: links }),
      member("pools", 0, treeOf(pools, 0)),
      member("lanes", 0, {
        type: "object",
        offset: 0,
        members: [...byName].map(([name, offset]) => member(name, offset, treeOf({}, offset))),
      }),
    ];
  }

  #addNode(element: NewNode): void {
    const { type, offset, settings } = element;
    const given = Map.groupBy(settings, ({ key }) => key);
    for (const [, twice] of given.values()) {
      if (twice === undefined) continue;
      this.#diagnostics.add("InvalidGraph", `Cannot read graph: "${twice.key}" stands twice`, twice.offset);
    }
    let descriptor: NodeDescriptor;
    try {
      ({ descriptor } = this.#registry.get(type));
    } catch (error) {
      return this.#diagnostics.addThrown(error, offset);
    }
    const named = given.get("id")?.[0];
    const id = named?.value ?? defaultNodeId(type, this.#byId);
    if (this.#byId.has(id)) {
      const message = `Cannot add node ${describeName(id)}: another has that id; choose one for each`;
      return this.#diagnostics.add("InvalidGraph", message, named!.valueOffset);
    }
    const config = settings.filter(({ key }) => !NODE_KEYS.includes(key));
    const node = { id, descriptor, element, lane: given.get("lane")?.[0], config, ...linkless() };
    this.#byId.set(id, node);
    this.#byElement.set(element, node);
  }

  #link(joint: Joint): void {
    const { left, right } = joint;
    const from = this.#find(left);
    const to = this.#find(right);
    if (from === undefined || to === undefined) return;
    const ports = choosePorts(from, to, this.#convertingFrom(from.id), this.#behind(to.id));
    if ("fault" in ports) {
      const message = `Cannot link "${from.id}" to "${to.id}": ${ports.fault}`;
      return this.#diagnostics.add("TypeMismatch", message, right.offset);
    }
    this.#byId.get(from.id)!.taken.add(ports.from);
    this.#byId.get(to.id)!.taken.add(ports.to);
    for (const kind of ports.carries ?? []) this.#byId.get(to.id)!.fed.add(kind);
    const ends = [member("from", left.offset, treeOf(`${from.id}.${ports.from}`, left.offset))];
    ends.push(member("to", right.offset, treeOf(`${to.id}.${ports.to}`, right.offset)));
    this.#links.set(joint, { type: "object", offset: right.offset, members: ends });
  }

  /** What the frames of a node go on to whose links have yet to tell their kind, through others of these. */
  #behind(id: string, seen: Set<string> = new Set()): Linked[] {
    if (seen.has(id) || !isUntold(this.#byId.get(id)!)) return [];
    seen.add(id);
    const links = this.#joints.filter(({ left }) => this.#nodeOf(left)?.id === id);
    const nodes = links.flatMap(({ right }) => this.#nodeOf(right) === undefined ? [] : this.#find(right) ?? []);
    return nodes.flatMap((node) => isUntold(this.#byId.get(node.id)!) ? this.#behind(node.id, seen) : [node]);
  }

  #convertingFrom(id: string): Converting {
    const { descriptor } = this.#byId.get(id)!;
    const config = this.#configOf(id);
    const words = ({ type, config }: ConversionStep) =>
      [type.descriptor.type, ...Object.entries(config).map(([key, value]) => `${key}=${value}`)].join(" ");
    return {
      isAuto: this.#made.converts,
      way: (port, input) => findConversion({ descriptor, config, port }, input, this.#types)?.map(words),
    };
  }

  /** The sizes of pictures that a node is known to give: by its file, by its configuration, or by its screen. */
  #pictureSizes(id: string): KnownSides[] {
    const { descriptor: { type, outputs } } = this.#byId.get(id)!;
    const config = this.#configOf(id);
    const set = outputs.some(({ kind }) => kind === "video") ? [config] : [];
    const shown = type === "screen" ? Object.values(screenSizes(this.#registry, config)) : [];
    return [...Object.values(this.#knownPorts(id)?.outputs ?? {}), ...set, ...shown];
  }

  #knownPorts(id: string): KnownPorts | undefined {
    return this.#registry.get(this.#byId.get(id)!.descriptor.type).portsOf?.(this.#configOf(id));
  }

  /** The configuration of a node, as far as it can be read. */
  #configOf(id: string): Record<string, unknown> {
    const { descriptor, config } = this.#byId.get(id)!;
    const written = config.map(({ key, value }) => [key, value]);
    const set = this.#made.settings.filter(({ nodeId }) => nodeId === id).map(({ key, text }) => [key, text]);
    const values = [...written, ...set].map(([key, text]) => [key, coerceSetting(descriptor.config, key, text)]);
    return Object.fromEntries(values);
  }

  #nodeOf(element: NewNode | NodeReference): Expressed | undefined {
    return element.kind === "new" ? this.#byElement.get(element) : this.#byId.get(element.id);
  }

  #find(element: NewNode | NodeReference): Linked | undefined {
    const node = this.#nodeOf(element);
    const port = element.kind === "new" ? undefined : element.port;
    if (node !== undefined) {
      const { id, descriptor, taken, fed } = node;
      const known = this.#knownPorts(id);
      return { id, descriptor, taken, fed, ...(port !== undefined && { port }), ...(known && { known }) };
    }
    if (element.kind === "new") return undefined;
    const { id, offset } = element;
    const available = [...this.#byId.keys()];
    const hint = available.length > 0 ? `; nodes: ${listSome(available)}` : "";
    const message = `Cannot find node ${describeName(id)}${didYouMean(id, available)}${hint}; id=NAME names one`;
    this.#diagnostics.add("NodeNotFound", message, offset, { nodeId: id, available });
  }
}

function linkless(): Pick<Expressed, "taken" | "fed"> {
  return { taken: new Set(), fed: new Set() };
}

/** Whether links have yet to tell a node the kind of its frames. */
function isUntold({ descriptor, fed }: Expressed): boolean {
  return fed.size === 0 && descriptor.inputs.some(isOpen);
}

/** Whether a port, or an element of it, is among names. */
function hasElement(names: ReadonlySet<string>, port: string): boolean {
  return [...names].some((name) => name === port || name.startsWith(`${port}_`));
}

function nodeMember({ id, descriptor, element, lane, config }: Expressed): JsonMember {
  const { offset } = element;
  const values = config.map(({ key, value, offset, valueOffset }) =>
    member(key, offset, treeOf(coerceSetting(descriptor.config, key, value), valueOffset))
  );
  const members = [
    member("type", offset, treeOf(descriptor.type, offset)),
    ...(lane === undefined ? [] : [member("lane", lane.offset, treeOf(lane.value, lane.valueOffset))]),
    member("config", offset, { type: "object", offset, members: values }),
  ];
  return member(id, offset, { type: "object", offset, members });
}
