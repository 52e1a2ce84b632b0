/**
 * Devices that node types name, such as microphones, cameras and screens.
 *
 * @module
 */
import { loadNative } from "../../ffi/loader.ts";
import { listStageDevices, listStageDevicesAsync } from "../../ffi/plugin.ts";
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

type DeviceType = Parameters<typeof listDevices>[0];

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
  const id = stageOf(type);
  if (id === undefined) return undefined;
  try {
    return read(listStageDevices(loadNative().symbols, id));
  } catch (cause) {
    throw refusal(type, cause as Error);
  }
}

/**
 * As {@linkcode listDevices}, beside other lists, and given up after a time: a server that was stopped answers nothing.
 *
 * @param limitMs how long it may take
 */
export async function listDevicesWithin(type: DeviceType, limitMs: number): Promise<readonly Device[] | undefined> {
  const id = stageOf(type);
  if (id === undefined) return undefined;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`nothing has answered within ${limitMs / 1_000} s; the server or the driver may hang`));
  }, limitMs);
  try {
    return read(await Promise.race([late, listStageDevicesAsync(loadNative().symbols, id)]));
  } catch (cause) {
    throw refusal(type, cause as Error);
  } finally {
    clearTimeout(timer);
  }
}

/** Makes the stage of a node type known. @returns its id; `undefined`: the type is no native stage */
function stageOf(type: DeviceType): string | undefined {
  const { type: name, lane } = type.descriptor;
  if (lane !== "native") return undefined;
  type.open?.();
  return nativeStage(name).id ?? name;
}

function read(json: string): readonly Device[] | undefined {
  return json === "" ? undefined : JSON.parse(json) as Device[];
}

function refusal({ descriptor: { type } }: DeviceType, cause: Error): SluiceError {
  if (cause instanceof SluiceError) return cause;
  return new SluiceError("PluginRejected", `Cannot list the devices of "${type}": ${cause.message}`, { cause });
}
