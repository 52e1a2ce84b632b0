import { deepEqual, match } from "node:assert/strict";
import { adviceFor, renderDevices } from "./devices_command.ts";

const device = (name: string, more: object = {}) => ({ name, label: "", isDefault: false, formats: [], ...more });

Deno.test("renderDevices() lists names, labels, the default and formats, and says what to do where none is the default", () => {
  const usb = device("usb", { label: "Headset", isDefault: true, formats: ["48000 Hz, 2 channels"] });
  deepEqual(renderDevices("speaker", [usb, device("hdmi", { label: "hdmi" })]), [
    "Speakers",
    "  usb (default): Headset",
    "    48000 Hz, 2 channels",
    "  hdmi",
  ]);
  deepEqual(renderDevices("camera", [], "connect one"), ["Cameras", "  none: connect one"]);
  deepEqual(renderDevices("microphone", [device("simulated")], "connect one"), [
    "Microphones",
    "  simulated",
    "  none is the default: connect one",
  ]);
});

Deno.test("renderDevices() shows no more formats than can be read, and no control characters of a device's name", () => {
  const formats = Array.from({ length: 12 }, (_, k) => `MJPEG ${k}`);
  const lines = renderDevices("camera", [device("/dev/video0", { label: "C920\x1b[31m", isDefault: true, formats })]);
  deepEqual([lines.length, lines[1], lines.at(-1)], [
    10,
    "  /dev/video0 (default): C920\\x1b[31m",
    "    and 5 more, which --json shows",
  ]);
  deepEqual(renderDevices("camera", [device("a", { isDefault: true, formats: formats.slice(4) })]).length, 10);
});

Deno.test("adviceFor() says what to do, by the system", () => {
  match(adviceFor("microphone", "linux"), /start PulseAudio or PipeWire.*"simulated" stands in/);
  match(adviceFor("camera", "linux"), /connect a camera/);
  match(adviceFor("camera", "darwin"), /^connect a camera, and allow the terminal to use it/);
  match(adviceFor("screen", "linux"), /DISPLAY/);
});
