/**
 * Finds the node that caused an error outside every call of the lane.
 *
 * @module
 */
import { placeOf } from "../../errors/stack_place.ts";
import { describeThrown } from "../../errors/thrown.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { NodePlan } from "../messages.ts";

/**
 * Returns the node whose code caused an error outside every call of the lane: by the module and, if several nodes share
 * it, the class that the stack names first.
 *
 * @param nodes of the lane
 * @param isShared whether code other than that of nodes runs on the thread, perhaps from the same modules: then the
 * class must be named too
 * @returns `undefined` if the stack names none, or several instances of the same class
 */
export function blame<N extends { readonly plan: NodePlan; readonly descriptor: NodeCell["descriptor"] }>(
  error: unknown,
  nodes: readonly N[],
  isShared = false,
): N | undefined {
  const lines = (describeThrown(error).stack ?? "").split("\n").slice(1);
  for (const line of lines) {
    const place = placeOf(line) ?? line;
    const inModule = nodes.filter(({ plan, descriptor }) => place.includes(`${moduleUrl(plan, descriptor)}:`));
    if (inModule.length === 0) continue;
    if (inModule.length === 1 && !isShared) return inModule[0];
    const ofClass = inModule.filter(({ descriptor: { className } }) => new RegExp(`\\b${className}\\b`).test(line));
    if (ofClass.length === 1) return ofClass[0];
    if (ofClass.length > 1) return undefined;
  }
  return undefined;
}

function moduleUrl({ packageUrl }: NodePlan, { source }: NodeCell["descriptor"]): string {
  if (packageUrl === "") return "\0";
  return new URL(source.replace(/:\d+$/, ""), packageUrl).href;
}
