/**
 * Devices that node types name, such as microphones, cameras and screens.
 *
 * @module
 */
import { loadNative } from "../../ffi/loader.ts";
import { listStageDevices } from "../../ffi/plugin.ts";
import { SluiceError } from "../errors.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { nativeStage } from "./shipped_stage.ts";

/** A device, as its node type lists it. */
export interface Device {
  /** The value of the configuration key `device` that chooses it. */
  readonly name: string;
  /** Its name for people. */
  readonly label: string;
  /** Whether it is used where no device is named. */
  readonly isDefault: boolean;
  /** What it can record or play, for people: `48000 Hz, 2 channels` or `MJPEG 1280 × 720 at 30/s`. */
  readonly formats: readonly string[];
}

/**
 * Lists the devices that the configuration key `device` of a node type may name now. It may take a second.
 *
 * @param type a node type: `microphone`, or one of a plugin
 * @returns `undefined` if the type has no devices; an empty list if none is there
 * @throws {SluiceError} `NativeUnavailable` if the native library cannot be used, `PluginRejected` if the plugin cannot, or
 * cannot list its devices
 */
export function listDevices(
  type: { readonly descriptor: NodeDescriptor; open?(): void },
): readonly Device[] | undefined {
  const { type: name, lane } = type.descriptor;
  if (lane !== "native") return undefined;
  type.open?.();
  let json: string;
  try {
    json = listStageDevices(loadNative().symbols, nativeStage(name).id ?? name);
    return json === "" ? undefined : JSON.parse(json) as Device[];
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError("PluginRejected", `Cannot list the devices of "${name}": ${(cause as Error).message}`, {
      cause,
    });
  }
}
