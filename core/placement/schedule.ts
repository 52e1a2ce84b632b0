/**
 * How urgent threads are and on which processors they run: what lanes are given and nodes ask for.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { describeValue } from "../errors/describe_value.ts";
import { listNames, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { LANE_PRIORITIES, type LaneOptions, MAX_CPUS } from "./lane_options.ts";

/** How many processors of a wrong list a message shows. */
const SHOWN_CPUS = 8;

/** How urgent a thread is, and the processors that it may run on; what is absent was not asked for. */
export type Schedule = Pick<LaneOptions, "priority" | "cpus">;

/** A node that may ask for something. */
export interface ScheduledNode {
  readonly id: NodeId;
  readonly type: { readonly descriptor: Pick<NodeDescriptor, "type" | "priority" | "cpus"> };
  readonly lane: string;
  /** What was said when it was added. */
  readonly schedule?: Schedule;
}

/**
 * Checks what is asked for. Whether the machine has the processors is found out when the graph starts.
 *
 * @param refuse is told the key at fault, and what is wrong
 */
export function checkSchedule({ priority, cpus }: Schedule, refuse: (key: string, message: string) => never): void {
  if (priority !== undefined && !LANE_PRIORITIES.includes(priority)) {
    refuse("priority", `priority is ${describeValue(priority)}, wanted ${listNames(LANE_PRIORITIES)}`);
  }
  if (cpus !== undefined && !isCpuList(cpus)) refuse("cpus", `cpus is ${describeList(cpus)}, wanted ${CPU_LIST}`);
}

/** A list in a message: all of a short one, and how long another is. */
function describeList(list: unknown): string {
  if (!Array.isArray(list)) return describeValue(list);
  const shown = Array.from(list.slice(0, SHOWN_CPUS), describeValue).join(",");
  return list.length <= SHOWN_CPUS ? `[${shown}]` : `[${shown},…], ${list.length} in all`;
}

/** What a list of processors is, for messages. */
export const CPU_LIST: string = `a list of different processor numbers from 0 to ${MAX_CPUS - 1}`;

/** Whether that is a list of processors. */
export function isCpuList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
    [...value].every((cpu) => Number.isInteger(cpu) && cpu >= 0 && cpu < MAX_CPUS);
}

/** What a node asks for: each of both as was said when it was added, or else as its type says. */
export function scheduleOf({ schedule, type: { descriptor } }: Pick<ScheduledNode, "schedule" | "type">): Schedule {
  return { priority: schedule?.priority ?? descriptor.priority, cpus: schedule?.cpus ?? descriptor.cpus };
}

/** Whether anything is asked for that threads do not have by themselves. */
export function asksFor({ priority = "normal", cpus }: Schedule): boolean {
  return priority !== "normal" || cpus !== undefined;
}

/** Whether two ask for the same. */
export function isSameSchedule(a: Schedule, b: Schedule): boolean {
  return a.priority === b.priority && String(a.cpus?.toSorted()) === String(b.cpus?.toSorted());
}

/**
 * The schedule of a lane: what its options say, else what its nodes ask for. It is as urgent as the most urgent of them,
 * and runs on the processors that all of them may have.
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
 * Checks that a node can have what it asks for where it is.
 *
 * @param options what is said of its lane
 * @param others the nodes of that lane
 * @throws {SluiceError} `InvalidGraph` for processors that no other node of the lane may have, and for a node that was
 * added to lane `main` with a word on it
 */
export function assertSchedulable(
  node: ScheduledNode,
  options: LaneOptions | undefined,
  others: () => Iterable<ScheduledNode>,
): void {
  const { id, lane, schedule, type: { descriptor } } = node;
  const attempt = `Cannot place node "${id}" (${descriptor.type}) on lane "${lane}"`;
  const refuse = (why: string) => new SluiceError("InvalidGraph", `${attempt}: ${why}`, { nodeId: id });
  if (lane === "main") {
    if (schedule === undefined || !asksFor(schedule)) return;
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

/** The end of the name of the lane that nodes share which ask for the same and name none: `-high-cpus-0to3`. */
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
