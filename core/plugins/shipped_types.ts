/**
 * Reads the stages in the libraries of the shipped plugins, for the generator.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { openShipped, SHIPPED_PLUGINS, type ShippedPlugin } from "../registry/shipped_stage.ts";
import { MANIFEST } from "./manifest.ts";
import { stageType } from "./stage_type.ts";

/** A stage and its plugin. */
export interface ShippedStage {
  readonly plugin: ShippedPlugin;
  readonly descriptor: NodeDescriptor;
}

/**
 * Opens the libraries.
 *
 * @param folder the folder of the plugins, for the sources of the stages
 * @throws {SluiceError} `NativeUnavailable` or `AbiMismatch` if the native library cannot be used
 * @throws {RangeError} with the reason, as a clause, if a plugin's library cannot be used
 */
export function readShippedStages(folder: string): ShippedStage[] {
  return SHIPPED_PLUGINS.flatMap((plugin) =>
    openShipped(plugin).map((stage) => ({
      plugin,
      descriptor: stageType(stage, plugin, `${folder}/${plugin}/${MANIFEST}`).descriptor,
    }))
  );
}
