/**
 * Decides what a graph from outside may name, and refuses everything else. Builds the graph to run anew from the
 * checked parts, so that an unforeseen key is never passed on.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { assertKeys } from "../errors/option_check.ts";
import type { GraphFile, GraphFileNode } from "../graph/schema.ts";
import { AUTO_LANE } from "../placement/lane_choice.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { SHIPPED_PLUGINS, shippedTypes } from "../registry/shipped_stage.ts";
import { ATTEMPT, denied, mayName, PolicyValues } from "./policy_values.ts";

const DEFAULT_LIMITS: Required<GraphPolicyLimits> = {
  bytes: 65_536,
  nodes: 64,
  links: 256,
  lanes: 0,
  capacity: 256,
  memoryBytes: 512 * 2 ** 20,
};

const LISTS = ["nodes", "roots", "hosts", "plugins"] as const;

/** The allowed keys of each part of a graph; `$schema` is for editors, and is not passed on. */
const GRAPH_KEYS = "$schema version mode endsWithSources nodes links capacity convert lanes inputs outputs".split(" ");
const NODE_KEYS = ["type", "config", "lane", "ports", "bypassed"];
const LINK_KEYS = ["from", "to", "policy", "capacity", "convert"];

/** The exceeded limit, in words. */
const WORDS: { readonly [key in CountedLimit]: (found: number) => string } = {
  bytes: (found) => `it has ${found} bytes or more`,
  nodes: (found) => `it has ${found} nodes`,
  links: (found) => `it has ${found} links`,
  lanes: (found) => `it needs ${found} lanes beside "main"`,
  capacity: (found) => `a link is to hold ${found} frames`,
};

/** The limits that are counted before a graph runs. */
type CountedLimit = Exclude<keyof GraphPolicyLimits, "memoryBytes">;

/** Size limits of a graph from outside. Absent limits have their defaults. */
export interface GraphPolicyLimits {
  /** Bytes of the whole as JSON; by default 65,536. */
  readonly bytes?: number;
  /** Nodes; by default 64. */
  readonly nodes?: number;
  /** Links; by default 256. */
  readonly links?: number;
  /** Lanes beside `main`, each with a thread; by default 0, with which native stages cannot run. */
  readonly lanes?: number;
  /** Frames that a link may hold; by default 256. */
  readonly capacity?: number;
  /** Bytes of frames in memory; by default 512 MiB. A graph that needs more does not start. */
  readonly memoryBytes?: number;
}

/** Options of a {@linkcode GraphPolicy}. An absent option admits nothing. */
export interface GraphPolicyOptions {
  /** The registry of node types. */
  readonly registry: NodeRegistry;
  /** The node types that graphs may have. */
  readonly nodes?: readonly string[];
  /**
   * Folders in which files may be read and written, by paths relative to them. A path is searched for in each folder in
   * turn; a new file belongs in the first root that has its folder.
   */
  readonly roots?: readonly string[];
  /** Hosts that URLs and addresses may name, `example.com` for all ports or `example.com:8080` for one. */
  readonly hosts?: readonly string[];
  /** Plugins whose stages `nodes` may list: `codecs`, `sensors`, `video`, or the name of another plugin. */
  readonly plugins?: readonly string[];
  /** Size limits of graphs. */
  readonly limits?: GraphPolicyLimits;
}

/**
 * Decides about graphs from clients: pass its `admit` to {@linkcode SessionRouterOptions.admit}.
 *
 * @example
 * ```ts
 * import { nodePackage, NodeRegistry } from "@sluice/sluice";
 * import { GraphPolicy } from "@sluice/sluice/pipelines";
 *
 * const policy = new GraphPolicy({ registry: new NodeRegistry([nodePackage]), nodes: ["gain"] });
 * console.log(policy.admit({ version: 1, nodes: { quieter: { type: "gain" } } }).version); // 1
 * ```
 */
export class GraphPolicy {
  readonly #types: ReadonlyMap<string, AnyNodeType>;
  readonly #values: PolicyValues;
  readonly #limits: Required<GraphPolicyLimits>;

  /**
   * Makes a policy.
   *
   * @throws {SluiceError} `InvalidConfig` for an unknown option or an invalid limit, a root that is not a folder, a
   * node type that runs commands, or a stage of a plugin that is not named; `NodeTypeNotFound`
   */
  constructor(options: GraphPolicyOptions) {
    const attempt = "Cannot make a graph policy";
    assertKeys(attempt, options, ["registry", ...LISTS, "limits"]);
    const fail = (why: string, key: string) => new SluiceError("InvalidConfig", `${attempt}: ${why}`, { key });
    for (const key of LISTS) {
      const list: unknown = options[key] ?? [];
      if (Array.isArray(list) && list.every((each) => typeof each === "string" && each !== "")) continue;
      throw fail(`"${key}" is ${kindOf(list)}, wanted a list of non-empty texts`, key);
    }
    const { registry, nodes = [], roots = [], hosts = [], plugins = [], limits = {} } = options;
    assertKeys(attempt, limits, Object.keys(DEFAULT_LIMITS));
    for (const [key, value] of Object.entries(limits)) {
      if (Number.isSafeInteger(value) && value >= 0) continue;
      throw fail(`limit "${key}" is ${describeValue(value)}, wanted a whole number from 0`, key);
    }
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#values = new PolicyValues(roots, hosts, attempt);
    this.#types = new Map(nodes.map((name) => [name, registry.get(name)]));
    for (const [name, type] of this.#types) {
      if (mayName(type.descriptor.config, "command")) {
        throw fail(`"${name}" runs any command, which no graph from outside may`, "nodes");
      }
      const plugin = pluginOf(type);
      if (plugin === undefined || plugins.includes(plugin)) continue;
      throw fail(`"${name}" is a stage of plugin "${plugin}"; name it in "plugins"`, "plugins");
    }
  }

  /**
   * Admits a graph. Reads the JSON form of any value, and leaves out the checks that every graph gets.
   *
   * @param graph the graph from a client
   * @returns the graph to run, with absolute paths
   * @throws {SluiceError} `AccessDenied` for anything that the policy does not name, `LimitExceeded` with the `key` of
   * the limit, `InvalidGraph` for a value that is not a graph
   */
  readonly admit = (graph: GraphFile): GraphFile => {
    const file = object(this.#copy(graph), "it");
    only(file, GRAPH_KEYS, "the graph");
    const { $schema: _, nodes: givenNodes, links: givenLinks = [], lanes: givenLanes, ...rest } = file;
    const nodes = Object.entries(object(givenNodes, `"nodes"`));
    this.#assertAtMost("nodes", nodes.length);
    const links = list(givenLinks);
    this.#assertAtMost("links", links.length);
    this.#checkFlow(rest, "the graph");
    for (const [index, link] of links.entries()) {
      const what = `link ${index + 1}`;
      only(object(link, what), LINK_KEYS, what);
      this.#checkFlow(link as object, what);
    }
    const made = nodes.map(([id, node]) => [id, this.#node(id, object(node, `node ${describeValue(id)}`))] as const);
    this.#checkLanes(givenLanes, made.map(([, node]) => node));
    return {
      ...rest,
      nodes: Object.fromEntries(made),
      links,
      memory: { limit: this.#limits.memoryBytes },
      ...(givenLanes !== undefined && { lanes: givenLanes }),
    } as unknown as GraphFile;
  };

  /** Returns the graph as plain data. */
  #copy(graph: unknown): unknown {
    let text: string | undefined;
    try {
      text = JSON.stringify(graph);
    } catch {
      // The value contains itself, is nested too deeply, or has numbers without a JSON form.
    }
    if (text === undefined) throw new SluiceError("InvalidGraph", `${ATTEMPT}: it is nothing that JSON can say`);
    // Each unit of UTF-16 takes a byte or more.
    this.#assertAtMost("bytes", text.length);
    this.#assertAtMost("bytes", new TextEncoder().encode(text).length);
    return JSON.parse(text);
  }

  #node(id: string, node: { readonly [key: string]: unknown }): GraphFileNode {
    const what = `node ${describeValue(id)}`;
    only(node, NODE_KEYS, what, id);
    const type = typeof node.type === "string" ? this.#types.get(node.type) : undefined;
    if (type === undefined) {
      const available = [...this.#types.keys()];
      const found = `${what} is of type ${describeValue(node.type)}`;
      throw denied(`${found}, which is not allowed; allowed: ${listNames(available)}`, { nodeId: id, available });
    }
    const { config = {} } = node;
    const admitted = this.#values.admit(object(config, `"config" of ${what}`), type.descriptor.config, id);
    return { ...node, config: admitted } as unknown as GraphFileNode;
  }

  /** Checks the capacity of links, and the converters put into them. */
  #checkFlow({ capacity, convert }: { readonly capacity?: unknown; readonly convert?: unknown }, what: string): void {
    if (convert !== undefined && convert !== "off") {
      throw denied(`"convert" of ${what} is ${describeValue(convert)}, wanted "off": name the nodes that convert`, {
        key: "convert",
      });
    }
    const { byKind } = Object(capacity) as { readonly byKind?: unknown };
    for (const each of [capacity, ...Object.values(Object(byKind))]) {
      if (typeof each === "number") this.#assertAtMost("capacity", each);
    }
  }

  #checkLanes(given: unknown, nodes: readonly GraphFileNode[]): void {
    const lanes = given === undefined || given === AUTO_LANE ? {} : object(given, `"lanes"`);
    for (const [name, lane] of Object.entries(lanes)) {
      const what = `lane ${describeValue(name)}`;
      only(object(lane, what), ["kind"], what);
    }
    const isNative = ({ type }: GraphFileNode) => this.#types.get(type)?.descriptor.lane === "native";
    const asked = nodes.map((node) => node.lane ?? (isNative(node) ? "native" : "main"));
    const all = new Set([...Object.keys(lanes), ...asked]);
    if (given === AUTO_LANE || all.has(AUTO_LANE)) {
      throw denied("it leaves the choice of lanes to the runtime, which is not allowed; name them", { key: "lanes" });
    }
    all.delete("main");
    this.#assertAtMost("lanes", all.size);
  }

  #assertAtMost(key: CountedLimit, found: number): void {
    const most = this.#limits[key];
    if (found <= most) return;
    throw new SluiceError("LimitExceeded", `${ATTEMPT}: ${WORDS[key](found)}, at most ${most} allowed`, { key });
  }
}

/** Returns the plugin of a stage; `undefined` for a processor. */
/** Returns the name of the plugin that a stage is of. */
export function pluginOf(type: AnyNodeType): string | undefined {
  if (type.descriptor.lane !== "native") return undefined;
  return SHIPPED_PLUGINS.find((each) => shippedTypes(each)?.includes(type)) ?? type.package?.name ?? "";
}

function only(value: object, known: readonly string[], what: string, nodeId?: string): void {
  const strange = Object.keys(value).find((key) => !known.includes(key));
  if (strange === undefined) return;
  const message = `${what} has ${describeValue(strange)}, which a graph from outside may not have; allowed: ` +
    listNames(known);
  throw denied(message, { key: strange, available: known, ...(nodeId !== undefined && { nodeId }) });
}

function object(value: unknown, what: string): { readonly [key: string]: unknown } {
  if (isPlainObject(value)) return value;
  throw new SluiceError("InvalidGraph", `${ATTEMPT}: ${what} is ${kindOf(value)}, wanted an object`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new SluiceError("InvalidGraph", `${ATTEMPT}: "links" is ${kindOf(value)}, wanted a list`, { key: "links" });
}
