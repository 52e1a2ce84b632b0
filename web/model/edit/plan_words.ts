/**
 * A plan in words, a line for each sort of change.
 *
 * @module
 */
import type { Plan } from "../../../control/schemas/commands.ts";

/** Most names in a line. */
const MAX_NAMES = 12;

/** Lines such as `Adds: gain, reverb`; none for a plan that changes nothing. */
export function planWords(plan: Plan): string[] {
  const succeeds = (state: "kept" | "lost") =>
    [...plan.replaced, ...plan.moved].filter((each) => each.state === state).map(({ node }) => node);
  return [
    line("Adds", plan.added.map(({ node, type }) => `${node} (${type})`)),
    line("Removes", plan.removed),
    line("Restarts with its state", succeeds("kept")),
    line("Restarts without its state", succeeds("lost")),
    line("Sets", plan.configured.map(({ node, keys }) => keys.map((key) => `${node}.${key}`).join(", "))),
    line("Connects", plan.linked.map(({ from, to }) => `${from} → ${to}`)),
    line("Disconnects", plan.unlinked.map(({ from, to }) => `${from} → ${to}`)),
  ].filter((each) => each !== "");
}

function line(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : "";
  return `${what}: ${names.slice(0, MAX_NAMES).join(", ")}${more}`;
}
