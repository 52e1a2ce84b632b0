/**
 * The priority of threads and their processors: options of lanes, and requests of nodes.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { describeValue } from "../errors/describe_value.ts";
import { listNames, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { LANE_PRIORITIES, type LaneOptions, MAX_CPUS } from "./lane_options.ts";

/** Most processors of a wrong list that a message shows. */
const SHOWN_CPUS = 8;

/** The priority of a thread, and the processors that it may run on; absent values were not asked for. */
export type Schedule = Pick<LaneOptions, "priority" | "cpus">;

/** A node, with the schedule that its options ask for. */
export interface ScheduledNode extends Schedule {
  readonly id: NodeId;
  readonly type: { readonly descriptor: Pick<NodeDescriptor, "type" | "priority" | "cpus"> };
  readonly lane: string;
}

/**
 * Checks a schedule. The start of the graph finds out whether the machine has the processors.
 *
 * @param refuse gets the key at fault, and the fault
 */
export function checkSchedule({ priority, cpus }: Schedule, refuse: (key: string, message: string) => never): void {
  if (priority !== undefined && !LANE_PRIORITIES.includes(priority)) {
    refuse("priority", `priority is ${describeValue(priority)}, wanted ${listNames(LANE_PRIORITIES)}`);
  }
  if (cpus !== undefined && !isCpuList(cpus)) refuse("cpus", `cpus is ${describeList(cpus)}, wanted ${CPU_LIST}`);
}

/** Describes a list in a message: all of a short one, the length of a long one. */
function describeList(list: unknown): string {
  if (!Array.isArray(list)) return describeValue(list);
  const shown = Array.from(list.slice(0, SHOWN_CPUS), describeValue).join(",");
  return list.length <= SHOWN_CPUS ? `[${shown}]` : `[${shown},…], ${list.length} in all`;
}

/** The rule for a list of processors, for messages. */
export const CPU_LIST: string = `a list of different processor numbers from 0 to ${MAX_CPUS - 1}`;

/** True for a list of processors. */
export function isCpuList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
    [...value].every((cpu) => Number.isInteger(cpu) && cpu >= 0 && cpu < MAX_CPUS);
}

/** Returns the schedule that a node asks for: each value from its options, or else from its type. */
export function scheduleOf({ priority, cpus, type: { descriptor } }: Schedule & Pick<ScheduledNode, "type">): Schedule {
  return { priority: priority ?? descriptor.priority, cpus: cpus ?? descriptor.cpus };
}

/** True if a schedule differs from the default of threads. */
export function asksFor({ priority = "normal", cpus }: Schedule): boolean {
  return priority !== "normal" || cpus !== undefined;
}

/** True if two schedules are equal. */
export function isSameSchedule(a: Schedule, b: Schedule): boolean {
  return a.priority === b.priority && String(a.cpus?.toSorted()) === String(b.cpus?.toSorted());
}

/**
 * Returns the schedule of a lane: the values of its options, else those of its nodes. The lane gets the highest
 * priority of its nodes, and the processors that all of them allow.
 */
export function laneSchedule(options: LaneOptions = {}, nodes: Iterable<ScheduledNode>): Schedule {
  let { priority, cpus } = options;
  for (const node of nodes) {
    const asked = scheduleOf(node);
    if (options.priority === undefined) priority = moreUrgent(priority, asked.priority);
    if (options.cpus === undefined && asked.cpus !== undefined) {
      cpus = cpus?.filter((cpu) => asked.cpus!.includes(cpu)) ?? asked.cpus;
    }
  }
  return { priority, cpus };
}

/**
 * Checks that a node can have its schedule on its lane.
 *
 * @param options the options of the lane
 * @param others the nodes of the lane
 * @throws {SluiceError} `InvalidGraph` for processors that no other node of the lane allows, and for a node on lane
 * `main` whose options ask for a schedule
 */
export function assertSchedulable(
  node: ScheduledNode,
  options: LaneOptions | undefined,
  others: () => Iterable<ScheduledNode>,
): void {
  const { id, lane, type: { descriptor } } = node;
  const attempt = `Cannot place node "${id}" (${descriptor.type}) on lane "${lane}"`;
  const refuse = (why: string) => new SluiceError("InvalidGraph", `${attempt}: ${why}`, { nodeId: id });
  if (lane === "main") {
    if (!asksFor(node)) return;
    throw refuse("it asks for a priority or processors, and that lane is the program's own thread; give it another");
  }
  const { cpus } = scheduleOf(node);
  if (cpus === undefined || options?.cpus !== undefined) return;
  const taken = laneSchedule(options, others()).cpus;
  if (taken === undefined || taken.some((cpu) => cpus.includes(cpu))) return;
  const [own, theirs] = [cpus, taken].map((list) => list.join(", "));
  const mend = "give one of them a lane of another name";
  throw refuse(`it asks for processors ${own}, and the others of that lane for ${theirs}; ${mend}`);
}

/** Returns the suffix of the lane that nodes with one schedule and no lane share: `-high-cpus-0to3`. */
export function scheduleSuffix({ priority = "normal", cpus }: Schedule): string {
  const runs: [number, number][] = [];
  for (const cpu of (cpus ?? []).toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === cpu - 1) last[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  const parts = runs.map(([from, to]) => from === to ? `-${from}` : `-${from}to${to}`).join("");
  return (priority === "normal" ? "" : `-${priority}`) + (parts === "" ? "" : `-cpus${parts}`);
}

function moreUrgent(a: Schedule["priority"], b: Schedule["priority"]): Schedule["priority"] {
  if (a === undefined || b === undefined) return a ?? b;
  return LANE_PRIORITIES.indexOf(a) <= LANE_PRIORITIES.indexOf(b) ? a : b;
}
