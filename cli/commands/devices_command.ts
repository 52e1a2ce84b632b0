/**
 * `sluice devices`: what nodes can record from and play to.
 *
 * @module
 */
import { escapeControls } from "../../core/log.ts";
import { type Device, listDevicesWithin } from "../../core/registry/devices.ts";
import { DEVICE_KINDS, type DeviceKind, type DevicesArgs } from "../device_args.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { loadTypes } from "../project/packages.ts";

/** The headings. */
const PLURALS: { readonly [kind in DeviceKind]: string } = {
  microphone: "Microphones",
  speaker: "Speakers",
  camera: "Cameras",
  screen: "Screens",
};

/** How long the devices of a kind may take to answer. */
const LIMIT_MS = 3_000;

/** The most formats of a device that are shown to people. */
const MOST_FORMATS = 8;

/** @returns the exit code: 1 if the devices of a kind cannot be listed */
export async function devicesCommand({ kind, json }: DevicesArgs, io: Io): Promise<number> {
  const { registry } = await loadTypes({ packages: [], plugins: [] });
  let code: number = EXIT.ok;
  const kinds = kind === undefined ? DEVICE_KINDS : [kind];
  const lists = await Promise.allSettled(kinds.map((each) => listDevicesWithin(registry.get(each), LIMIT_MS)));
  for (const [at, each] of kinds.entries()) {
    const list = lists[at];
    if (list.status === "fulfilled") {
      const devices = list.value ?? [];
      const advice = devices.some(({ isDefault }) => isDefault) ? undefined : adviceFor(each);
      if (json) io.stdout.line(JSON.stringify({ kind: each, devices, ...(advice !== undefined && { advice }) }));
      else for (const line of renderDevices(each, devices, advice)) io.stdout.line(line);
    } else {
      reportErrors([list.reason], io, json);
      code = EXIT.failed;
    }
  }
  return code;
}

/** The devices of a kind under their heading. @param advice what to do where none is the default */
export function renderDevices(kind: DeviceKind, devices: readonly Device[], advice?: string): string[] {
  const lines = devices.flatMap(({ name, label, isDefault, formats }) => {
    const hidden = formats.length - MOST_FORMATS;
    return [
      `  ${name}${isDefault ? " (default)" : ""}${label === "" || label === name ? "" : `: ${label}`}`,
      ...formats.slice(0, hidden > 0 ? MOST_FORMATS - 1 : MOST_FORMATS).map((format) => `    ${format}`),
      ...(hidden > 0 ? [`    and ${hidden + 1} more, which --json shows`] : []),
    ];
  });
  const last = advice === undefined ? [] : [`  ${lines.length === 0 ? "none" : "none is the default"}: ${advice}`];
  return [PLURALS[kind], ...lines, ...last].map(escapeControls);
}

/** What to do where there is no device of a kind that is used by default. */
export function adviceFor(kind: DeviceKind, system: string = Deno.build.os): string {
  if (system !== "linux") return `connect a ${kind}, and allow the terminal to use it in the settings of the system`;
  switch (kind) {
    case "microphone":
    case "speaker":
      return "no sound server and no card answers; start PulseAudio or PipeWire, or connect a sound card; the device " +
        '"simulated" stands in for one';
    case "camera":
      return 'there is no device /dev/video*; connect a camera, or take "ffmpeg-source" for one in the network';
    case "screen":
      return Deno.env.get("DISPLAY")
        ? `the X server ${Deno.env.get("DISPLAY")} does not answer; start it, or set DISPLAY to one that does`
        : "DISPLAY is not set; run it in a desktop session, or under a virtual screen: `xvfb-run sluice …`";
  }
}
