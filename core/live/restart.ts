/**
 * A restart as an edit: it changes nothing of the graph, and builds a node anew on the same records.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { MAX_TIMEOUT_MS } from "../errors/option_check.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { DraftedEdit } from "./edit_site.ts";

/** How long a restart may take beside the node's `setup()`, milliseconds. */
const RESTART_SLACK_MS = 5_000;

/**
 * @param node as it was when it failed
 * @param carries whether the new instance takes over the state of the one that failed
 * @param committed is called when the new instance is about to run
 * @throws {SluiceError} `NodeNotFound` if the node was removed, or another one is in its place
 */
export function draftRestart(
  topology: Topology,
  node: NodeEntry,
  carries: boolean,
  committed: () => void,
): DraftedEdit<undefined> {
  // Its ports may have changed since, and whether it is bypassed.
  const current = topology.nodes.get(node.id);
  if (current?.index !== node.index) throw new SluiceError("NodeNotFound", "The node has gone");
  const extras = { actions: [], configure: [], restart: [{ node: current, carries }], committed };
  return { draft: topology.draft(), extras, result: undefined };
}

/** How long a restart may take, milliseconds. @param setupTimeoutMs that of the node's `setup()`; 0: none */
export function restartTimeoutMs(setupTimeoutMs: number): number {
  return setupTimeoutMs === 0 ? MAX_TIMEOUT_MS : Math.min(setupTimeoutMs + RESTART_SLACK_MS, MAX_TIMEOUT_MS);
}
