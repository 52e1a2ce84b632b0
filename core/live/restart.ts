/**
 * A restart as an edit: it leaves the graph unchanged, and rebuilds a node on its record.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { MAX_TIMEOUT_MS } from "../errors/option_check.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { DraftedEdit } from "./edit_site.ts";

/** How long a restart may take in addition to the node's `setup()`, milliseconds. */
const RESTART_SLACK_MS = 5_000;

/**
 * Drafts the restart of a failed node.
 *
 * @param node its entry at the time of the failure
 * @param carries whether the new instance takes over the state of the failed one
 * @param committed called when the new instance is about to run
 * @throws {SluiceError} `NodeNotFound` if the node was removed, or another one is in its place
 */
export function draftRestart(
  topology: Topology,
  node: NodeEntry,
  carries: boolean,
  committed: () => void,
): DraftedEdit<undefined> {
  // An edit may have changed its ports or its bypass since.
  const current = topology.nodes.get(node.id);
  if (current?.index !== node.index) throw new SluiceError("NodeNotFound", "The node has gone");
  const extras = { actions: [], configure: [], restart: [{ node: current, carries }], committed };
  return { draft: topology.draft(), extras, result: undefined };
}

/** Returns how long a restart may take, milliseconds. @param setupTimeoutMs of the node's `setup()`; 0: none */
export function restartTimeoutMs(setupTimeoutMs: number): number {
  return setupTimeoutMs === 0 ? MAX_TIMEOUT_MS : Math.min(setupTimeoutMs + RESTART_SLACK_MS, MAX_TIMEOUT_MS);
}
