/**
 * Logs edits: at `debug` the changes of each or the reason of its refusal, at `trace` its steps.
 *
 * @module
 */
import { listNames } from "../errors.ts";
import { describeThrown } from "../errors/thrown.ts";
import { logDetail } from "../log.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { EditExtras } from "./edit_site.ts";
import type { GraphChange } from "./graph_change.ts";

/**
 * Logs an edit that is in effect.
 *
 * @param lanes names of those that take part
 */
export function tellEdit(epoch: number, change: GraphChange, extras: EditExtras, lanes: () => string[]): void {
  logDetail("runtime", "debug", () => {
    const { reason } = extras;
    const parts = [...describeChange(change, extras), ...(reason === undefined ? [] : [`because: ${reason}`])];
    return [`Edit ${epoch} is in effect: ${parts.join("; ")}`, { lanes: lanes().sort() }];
  });
}

/** Logs an edit that was refused, and changed nothing. */
export function tellRefused(epoch: number, error: unknown): void {
  logDetail("runtime", "debug", () => [`Edit ${epoch} was refused: ${describeThrown(error).message}`]);
}

/** Logs a step of an edit. @param step the new state: `is prepared` */
export function tellStep(epoch: number, step: string): void {
  logDetail("runtime", "trace", () => [`Edit ${epoch} ${step}`]);
}

function describeChange(
  { added, removed, replaced, moved, ported, bypassed, linked, unlinked }: GraphChange,
  { configure, restart = [] }: EditExtras,
): string[] {
  const list = <T>(what: string, all: readonly T[], describe: (one: T) => string) =>
    all.length === 0 ? [] : [`${what} ${all.map(describe).join(", ")}`];
  const bypasses = (on: boolean) => bypassed.filter((node) => node.bypassed === on);
  return [
    ...list("unlinked", unlinked, describeLink),
    ...list("removed", removed, ({ id }) => `"${id}"`),
    ...list("added", added, describeNode),
    ...list("replaced", replaced, ({ after }) => describeNode(after)),
    ...list("moved", moved, ({ before, after }) => `"${after.id}" from lane "${before.lane}" to lane "${after.lane}"`),
    ...list("gave other ports to", ported, ({ id }) => `"${id}"`),
    ...list("bypassed", bypasses(true), ({ id }) => `"${id}"`),
    ...list("no longer bypassed", bypasses(false), ({ id }) => `"${id}"`),
    ...list("linked", linked, describeLink),
    ...list("configured", configure, ({ node, values }) => `"${node}" (${listNames(Object.keys(values))})`),
    ...list("restarted", restart, ({ node }) => describeNode(node)),
  ];
}

function describeNode({ id, type, lane }: NodeEntry): string {
  return `"${id}" (${type.descriptor.type}) on lane "${lane}"`;
}

function describeLink({ id, fromNode, fromPort, toNode, toPort }: LinkEntry): string {
  return `"${fromNode}.${fromPort}" to "${toNode}.${toPort}" (${id})`;
}
