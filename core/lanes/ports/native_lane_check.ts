/**
 * Checks whether this runtime can run the native lanes of a graph.
 *
 * @module
 */
import type { Driver } from "../../driver/driver.ts";
import { NativeDriver } from "../../driver/native.ts";
import type { NodeEntry } from "../../graph/entries.ts";
import { listNames, SluiceError, type SluiceErrorDetails } from "../../errors.ts";
import type { LaneOptions } from "../../placement/lane_options.ts";
import { scheduleOf } from "../../placement/schedule.ts";

/**
 * Checks the nodes and lanes of a graph, and opens the libraries of its stages.
 *
 * @param attempt that needs them, for the message
 * @throws {SluiceError} `NativeUnavailable` for a native stage in portable mode; `PluginRejected` for a stage whose
 * library cannot be used; `InvalidConfig` for a processor that the machine lacks
 */
export function assertNativeLanes(
  driver: Driver,
  nodes: readonly NodeEntry[],
  lanes: { readonly [name: string]: LaneOptions },
  attempt = "start",
): void {
  const native = nodes.filter((node) => node.type.descriptor.lane === "native");
  if (native.length > 0 && driver.kind !== "native") {
    const { type } = native[0].type.descriptor;
    throw new SluiceError(
      "NativeUnavailable",
      `Cannot ${attempt}: ${listNames(native.map((node) => node.id))} (${type}) ${
        native.length === 1 ? "is a" : "are"
      } ` +
        `native stage${
          native.length === 1 ? "" : "s"
        }, and portable mode has no native lanes; build the library with ` +
        '"deno task build:native" and run without SLUICE_NATIVE=off, or use TypeScript processors instead',
      { nodeId: native[0].id },
    );
  }
  for (const { type } of native) type.open?.();
  if (!(driver instanceof NativeDriver)) return;
  const count = driver.cpuCount;
  for (const [name, { cpus }] of Object.entries(lanes)) {
    assertThere(`Cannot use lane "${name}"`, cpus, count, { key: `lanes.${name}.cpus` });
  }
  for (const node of nodes) {
    assertThere(`Cannot ${attempt}: node "${node.id}"`, scheduleOf(node).cpus, count, { nodeId: node.id, key: "cpus" });
  }
}

function assertThere(
  what: string,
  cpus: readonly number[] | undefined,
  count: number,
  details: SluiceErrorDetails,
): void {
  const absent = (cpus ?? []).filter((cpu) => cpu >= count);
  if (absent.length === 0) return;
  throw new SluiceError(
    "InvalidConfig",
    `${what}: cpus names ${absent.join(", ")}, and this machine has ${count} processors, 0 to ${count - 1}`,
    details,
  );
}

/** Returns the driver, which {@linkcode assertNativeLanes} has found to be native. */
export function nativeDriver(driver: Driver): NativeDriver {
  if (driver instanceof NativeDriver) return driver;
  throw new SluiceError("NativeUnavailable", "Cannot run a native lane: portable mode has none");
}
