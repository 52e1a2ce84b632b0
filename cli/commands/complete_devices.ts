/**
 * What can come behind an option that names a device: those that are there.
 *
 * @module
 */
import { listDevices } from "../../core/registry/devices.ts";
import type { DeviceKind } from "../device_args.ts";
import type { Completion } from "../expression/completion.ts";
import { loadTypes } from "../project/packages.ts";

/** The kinds of devices that options name, by command. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, DeviceKind>>>> = {
  play: { "--device": "speaker" },
  record: { "--screen": "screen", "--camera": "camera", "--microphone": "microphone" },
};

/**
 * The devices whose names begin as the last word of a command line.
 *
 * @returns `undefined` where no device is named; none where they cannot be listed
 */
export async function completeDevices(words: readonly string[]): Promise<Completion[] | undefined> {
  const [command] = words;
  const kind = Object.hasOwn(OPTIONS, command) ? OPTIONS[command][words.at(-2) ?? ""] : undefined;
  if (kind === undefined) return undefined;
  const begun = words[words.length - 1];
  // Without a device the option may stand alone, before another one.
  if (begun.startsWith("-")) return undefined;
  try {
    const { registry } = await loadTypes({ packages: [], plugins: [] });
    const devices = listDevices(registry.get(kind)) ?? [];
    return devices.filter(({ name }) => name.startsWith(begun)).map(({ name, label }) => ({
      text: name,
      description: label,
    }));
  } catch {
    return [];
  }
}
