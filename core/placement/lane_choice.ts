/**
 * Chooses the lane of a node, and checks the options of a lane. All nodes of a lane are processors, or all are native
 * stages.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { listNames, SluiceError } from "../errors.ts";
import { laneName, type NodeId } from "../ids.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { LANE_KINDS, type LaneKind, type LaneOptions } from "./lane_options.ts";
import { asksFor, checkSchedule, type Schedule, scheduleSuffix } from "./schedule.ts";

/** The default lane of nodes. */
export const DEFAULT_LANE = "worker";

/** The lane of the control isolate. */
export const MAIN_LANE = "main";

/** The default lane of native stages. */
export const NATIVE_LANE = "native";

/** In place of a lane's name: the runtime chooses the lane, and may choose another while the graph runs. */
export const AUTO_LANE = "auto";

/** The part of a node in the graph that decides which nodes may join it. */
interface PlacedNode {
  readonly id: NodeId;
  readonly type: { readonly descriptor: Pick<NodeDescriptor, "type" | "lane"> };
}

/**
 * Returns the lane of a new node.
 *
 * @param asked the lane asked for; if absent, or `auto` before anything is measured, the default of the node's kind
 * @param lanes options of lanes, by name
 * @param residents a node of each lane that has nodes
 * @param schedule the schedule that the node asks for: nodes without a lane share one if they ask for the same
 * @throws {SluiceError} `InvalidGraph` for an invalid name, and for a lane of a kind that cannot run the node
 */
export function laneOf(
  id: NodeId,
  descriptor: Pick<NodeDescriptor, "type" | "lane" | "process">,
  asked: string | undefined,
  lanes: { readonly [name: string]: LaneOptions },
  residents: ReadonlyMap<string, PlacedNode>,
  schedule: Schedule = {},
): string {
  const named = asked === undefined || asked === AUTO_LANE ? defaultLane(id, descriptor, schedule) : laneName(asked);
  const kind = (Object.hasOwn(lanes, named) ? lanes[named].kind : undefined) ?? impliedKind(named);
  // A lane of kind main is the control isolate, whatever its name.
  const lane = kind === "main" ? MAIN_LANE : named;
  const why = whyNotOn(lane, kind, descriptor) ?? whyNotBeside(residents.get(lane), descriptor);
  if (why === undefined) return lane;
  const message = `Cannot place node "${id}" (${descriptor.type}) on lane "${named}": ${why}`;
  throw new SluiceError("InvalidGraph", message, { nodeId: id });
}

/** Returns why a lane cannot run a node, whatever else it runs, and what to do; `undefined` if it can. */
function whyNotOn(
  lane: string,
  kind: LaneKind | undefined,
  { lane: wanted }: Pick<NodeDescriptor, "lane">,
): string | undefined {
  if (wanted === "native" && (lane === MAIN_LANE || kind === "worker")) {
    const found = lane === MAIN_LANE ? "main" : "worker";
    return `it is a native stage, and the lane is of kind "${found}"; give it a lane of kind native, or none`;
  }
  if (wanted !== "native" && kind === "native") {
    return 'it is a TypeScript processor, and the lane is of kind "native", which runs native stages only; give it a ' +
      "lane of another name, or none";
  }
  if (wanted === "main" && lane !== MAIN_LANE) return 'its type runs on lane "main" only; give it that one, or none';
  return undefined;
}

/** Returns why a node cannot share the lane of another one, and what to do; `undefined` if it can. */
function whyNotBeside(other: PlacedNode | undefined, { lane }: Pick<NodeDescriptor, "lane">): string | undefined {
  if (other === undefined) return undefined;
  const [own, its] = [lane, other.type.descriptor.lane].map((each) =>
    each === "native" ? "a native stage" : "a TypeScript processor"
  );
  if (own === its) return undefined;
  return `it is ${own}, and the lane runs "${other.id}" (${other.type.descriptor.type}), ${its}; one lane cannot run both: ` +
    "give one of them a lane of another name";
}

/**
 * True if the runtime chooses the lane of a new node. Native stages keep their lane, types for lane `main` have no
 * other, and nodes that ask for a priority or for processors share a lane with those that ask for the same.
 *
 * @param asked the lane that was asked for
 * @param lanes options of lanes: with `auto` among them, the runtime chooses for nodes without a lane
 */
export function isAutoPlaced(
  descriptor: Pick<NodeDescriptor, "lane">,
  asked: string | undefined,
  lanes: { readonly [name: string]: LaneOptions },
  schedule: Schedule,
): boolean {
  const wanted = asked === AUTO_LANE || (asked === undefined && Object.hasOwn(lanes, AUTO_LANE));
  return wanted && descriptor.lane === "worker" && !asksFor(schedule);
}

/**
 * Checks the options of a lane.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function checkLaneOptions(name: string, options: LaneOptions): void {
  const { kind, priority, cpus } = options;
  const refuse = (key: string, message: string): never => {
    throw new SluiceError("InvalidConfig", `Cannot use lane "${name}": ${message}`, { key: `lanes.${name}.${key}` });
  };
  if (name === AUTO_LANE && Object.keys(options).length > 0) {
    refuse(Object.keys(options)[0], "it stands for lanes that the runtime chooses, which take no options; write {}");
  }
  for (const key of Object.keys(options)) {
    if (!["kind", "priority", "cpus"].includes(key)) {
      refuse(key, `it has no option "${key}"; options: kind, priority, cpus`);
    }
  }
  if (kind !== undefined && !LANE_KINDS.includes(kind)) {
    refuse("kind", `kind is ${describeValue(kind)}, wanted ${listNames(LANE_KINDS)}`);
  }
  checkSchedule(options, refuse);
  const scheduled = priority !== undefined ? "priority" : cpus !== undefined ? "cpus" : undefined;
  if (scheduled !== undefined && (name === "main" || kind === "main")) {
    refuse(
      scheduled,
      `it is the program's own thread, which takes no "${scheduled}"; leave it out, or use another lane`,
    );
  }
  if (name === "main" && kind !== undefined && kind !== "main") refuse("kind", `kind is "${kind}", wanted "main"`);
}

/** Returns the kind of lane that a name implies without options. */
function impliedKind(name: string): LaneKind | undefined {
  return name === NATIVE_LANE ? "native" : name === DEFAULT_LANE ? "worker" : undefined;
}

function defaultLane(
  id: NodeId,
  { lane, process }: Pick<NodeDescriptor, "lane" | "process">,
  schedule: Schedule,
): string {
  if (lane === "main") return MAIN_LANE;
  // A lane waits for the processes of its nodes: with a lane each, they work at the same time.
  if (process) return id + scheduleSuffix(schedule);
  return (lane === "native" ? NATIVE_LANE : DEFAULT_LANE) + scheduleSuffix(schedule);
}

/** Returns the options of each lane: expands `"auto"` to the lane of that name. */
export function laneOptionsOf<T>(
  lanes: "auto" | T | undefined,
): { readonly auto: Record<never, never> } | T | undefined {
  return lanes === AUTO_LANE ? { [AUTO_LANE]: {} } : lanes;
}
