/**
 * Checks a runtime's options of lanes.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { listNames, SluiceError } from "../errors.ts";
import { LANE_KINDS, type LaneOptions } from "./lane_options.ts";
import { AUTO_LANE } from "./lane_choice.ts";
import { checkSchedule } from "./schedule.ts";

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
