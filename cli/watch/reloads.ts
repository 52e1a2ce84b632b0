/**
 * What a reload of saved code is, in whatever language: which nodes it can replace, and what became of it.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { NodeId } from "../../core/ids.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { NodeState } from "../../core/stats.ts";

/** How long each step of an edit that brings in new code may take, milliseconds: a lane loads all its modules. */
export const RELOAD_TIMEOUT_MS = 30_000;

/** States in which what a node writes has ended, so that nothing can take its place: what is said of them. */
const OVER: { readonly [state in NodeState]?: string } = {
  ended: "it has ended",
  disabled: "it is disabled",
};

/** A package whose sources are watched from now on. */
export interface WatchedPackage {
  readonly name: string;
  /** Absolute path of the folder of its `sluice.json`. */
  readonly folder: string;
  /** How many source files are looked at. */
  readonly files: number;
  /** How long the generator took at first, milliseconds. */
  readonly tookMs: number;
  /** What the generator refuses, if anything. */
  readonly refused?: string;
}

/** What became of one change of source files. */
export interface Reload {
  /** Paths that were saved, relative to the package's folder. */
  readonly changed: readonly string[];
  /** Nodes that run the new code. */
  readonly nodes: readonly string[];
  /** Those among them that begin without the state of the old ones, and why. */
  readonly anew: Readonly<Record<string, string>>;
  /** Nodes of the old code that nothing can take the place of, and why: they stay as they are. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly tookMs: number;
  /** Why everything goes on as it was. */
  readonly error?: Error;
}

/** Why nothing can take the place of a node, if that is so. */
export function whyOver(runtime: Runtime, id: NodeId): string | undefined {
  const state = viewRuntime(runtime).session?.nodeStates.get(id);
  return state === undefined ? undefined : OVER[state];
}

/** The node of an edit that was refused because `snapshot()` threw, or gave what cannot be sent to another lane. */
export function nodeWithoutSnapshot(error: unknown): string | undefined {
  const isRefused = error instanceof SluiceError && error.code === "NodeFailed" && error.call === "snapshot()";
  return isRefused ? error.nodeId : undefined;
}
