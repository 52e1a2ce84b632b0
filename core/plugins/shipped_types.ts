/**
 * What the libraries of the shipped plugins say of their stages, for the generator.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { openShipped, SHIPPED_PLUGINS, type ShippedPlugin } from "../registry/shipped_stage.ts";
import { MANIFEST } from "./manifest.ts";
import { stageType } from "./stage_type.ts";

/** A stage, and the plugin that has it. */
export interface ShippedStage {
  readonly plugin: ShippedPlugin;
  readonly descriptor: NodeDescriptor;
}

/**
 * Opens the libraries.
 *
 * @param folder of the plugins, for the sources of the stages
 * @throws {SluiceError} `NativeUnavailable` or `AbiMismatch` if the native library cannot be used
 * @throws {RangeError} with the reason, a clause, if that of a plugin cannot
 */
export function readShippedStages(folder: string): ShippedStage[] {
  return SHIPPED_PLUGINS.flatMap((plugin) =>
    openShipped(plugin).map((stage) => ({
      plugin,
      descriptor: stageType(stage, plugin, `${folder}/${plugin}/${MANIFEST}`).descriptor,
    }))
  );
}
