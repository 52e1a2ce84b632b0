/**
 * How large the pictures of a screen or of a window are.
 *
 * @module
 */
import { type Device, listDevices } from "../../core/registry/devices.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { PictureSize } from "./scale_advice.ts";

/** How a device tells the size of its pictures. */
const SIZE = /(\d+) × (\d+)/;

/** Sizes that the system lists. */
export interface ScreenSizes {
  /** The whole screen. */
  readonly whole?: PictureSize;
  /** What is captured: the whole screen, or the window. */
  readonly captured?: PictureSize;
}

/**
 * Looks for what a `screen` captures.
 *
 * @param config of the node; an empty `display` is that of `DISPLAY`
 * @returns no sizes where the system lists nothing: the node tells what is wrong when it starts
 */
export function screenSizes(
  registry: NodeRegistry,
  { display = "", window = "" }: { readonly display?: unknown; readonly window?: unknown },
): ScreenSizes {
  let devices: readonly Device[];
  try {
    devices = listOn(`${display}`, registry);
  } catch {
    return {};
  }
  const whole = devices.find(({ isDefault }) => isDefault);
  const windows = devices.filter(({ isDefault }) => !isDefault);
  const captured = sizeOf(window === "" ? whole : findWindow(windows, `${window}`));
  const size = sizeOf(whole);
  return { ...(size && { whole: size }), ...(captured && { captured }) };
}

/** The server that is listed is that of `DISPLAY`. */
function listOn(display: string, registry: NodeRegistry): readonly Device[] {
  if (display === "") return listDevices(registry.get("screen")) ?? [];
  const before = Deno.env.get("DISPLAY");
  Deno.env.set("DISPLAY", display);
  try {
    return listDevices(registry.get("screen")) ?? [];
  } finally {
    if (before === undefined) Deno.env.delete("DISPLAY");
    else Deno.env.set("DISPLAY", before);
  }
}

/** As the node looks for it: by its number, by its title, by a part of that; the uppermost is listed first. */
function findWindow(windows: readonly Device[], wanted: string): Device | undefined {
  const lower = wanted.toLowerCase();
  return windows.find(({ name }) => Number(name) === Number(wanted)) ??
    windows.find(({ label }) => label === wanted) ??
    windows.find(({ label }) => label.toLowerCase().includes(lower));
}

function sizeOf(device: Device | undefined): PictureSize | undefined {
  const [, width, height] = device?.formats.map((format) => SIZE.exec(format)).find((each) => each !== null) ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}
