/**
 * The plans by which lanes build nodes.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { isIsolated } from "../placement/isolation.ts";
import { MAIN_LANE } from "../placement/lane_choice.ts";
import type { NodeIsolation, NodePlan } from "../lanes/messages.ts";
import { type MainNodes, watchMainNodes } from "../process/main_watch.ts";
import type { GraphMemory } from "../live/graph_memory.ts";
import { elementsByPort } from "../descriptor/dynamic_ports.ts";
import { inferredKind } from "../descriptor/open_ports.ts";
import { type AnyNodeType, isProcessor } from "../registry/node_type.ts";
import { resolveSecrets } from "../descriptor/secrets.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { SessionOptions } from "./session_options.ts";

/**
 * The absolute paths of the files that nodes of this process have recorded to their end, in runs of any graph: a later
 * run does not overwrite them.
 */
export const RECORDED_FILES: Set<string> = new Set();

/** Plans nodes, keeps their types for the lanes of this isolate, and starts the watch of nodes on lane `main`. */
export class NodePlans {
  readonly #options: SessionOptions;
  readonly #memory: () => GraphMemory;
  readonly #types = new Map<NodeId, AnyNodeType>();
  /** Set from the first processor on lane `main`; never in a worker. */
  #mainNodes: MainNodes | undefined;

  constructor(options: SessionOptions, memory: () => GraphMemory) {
    this.#options = options;
    this.#memory = memory;
  }

  /** The types of the planned nodes. */
  get types(): ReadonlyMap<NodeId, AnyNodeType> {
    return this.#types;
  }

  /** Returns the plan of a node for its lane. */
  plan(node: NodeEntry): NodePlan {
    this.#types.set(node.id, node.type);
    if (node.lane === MAIN_LANE && isProcessor(node.type)) this.#watchOnMain(node);
    return {
      id: node.id,
      index: node.index,
      type: node.type.descriptor.type,
      packageUrl: packageUrl(node),
      ...resolveSecrets(node.type.descriptor, node.id, node.config),
      pool: node.pool,
      bypassed: node.bypassed,
      elements: elementsByPort(node.type.descriptor),
      told: inferredKind(node.type.descriptor),
      supervised: this.#options.topology.supervisionOf(node) !== "fail",
      isolation: this.#isolation(node),
      recorded: node.type.descriptor.records ? [...RECORDED_FILES] : undefined,
    };
  }

  /** Drops the plan of a node that has gone, or was refused. */
  forget(node: NodeId): void {
    const current = this.#options.topology.nodes.get(node);
    if (current === undefined) this.#types.delete(node);
    else this.#types.set(node, current.type);
  }

  /** Stops watching lane `main`. */
  end(): void {
    this.#mainNodes?.[Symbol.dispose]();
    this.#mainNodes = undefined;
  }

  #isolation(node: NodeEntry): NodeIsolation | undefined {
    const { isolateMemoryMb = 0, callTimeoutMs = this.#options.callTimeoutMs } = node;
    return isIsolated(node) ? { memoryBytes: isolateMemoryMb * 2 ** 20, limitMs: callTimeoutMs } : undefined;
  }

  #watchOnMain({ index, id, type, callTimeoutMs = this.#options.callTimeoutMs }: NodeEntry): void {
    const { driver, stuckAfterMs, setupTimeoutMs, stopTimeoutMs } = this.#options;
    this.#mainNodes ??= watchMainNodes(this.#memory(), driver, { stuckAfterMs, setupTimeoutMs, stopTimeoutMs });
    this.#mainNodes?.add({ index, id, type: type.descriptor.type, callTimeoutMs });
  }
}

function packageUrl(node: NodeEntry): string {
  const url = node.type.package?.url;
  if (url !== undefined) return url;
  if (node.lane === MAIN_LANE || node.type.descriptor.lane === "native") return "";
  throw new SluiceError(
    "InvalidGraph",
    `Cannot run node "${node.id}" on lane "${node.lane}": its type "${node.type.descriptor.type}" belongs to no ` +
      `package that a worker could import; run it on lane "main", or let the generator make its package`,
    { nodeId: node.id },
  );
}
