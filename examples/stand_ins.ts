/**
 * Devices for the examples, and what stands in for those that this machine lacks: a simulated microphone or speaker, test
 * pictures for a camera or a screen. The console says which, and why.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type InputRef, nodes, type NodeSpec, type OutputRef, type Runtime, type VideoFrame } from "../mod.ts";
import { listDevices } from "../plugins.ts";

/** What an example is told on its command line: `[FILE] [--seconds N]`. */
export interface Options {
  /** The file to write, if any is named. */
  readonly file?: string;
  /** Stops after this time; otherwise Ctrl-C does. */
  readonly seconds?: number;
}

/** Reads the command line. */
export function readOptions(): Options {
  const { values, positionals } = parseArgs({ options: { seconds: { type: "string" } }, allowPositionals: true });
  return { file: positionals[0], ...(values.seconds !== undefined && { seconds: Number(values.seconds) }) };
}

/** Runs a graph until Ctrl-C, or for the time that the command line says. @returns what came of it */
export async function run(runtime: Runtime, { seconds }: Options): Runtime["finished"] {
  await runtime.start();
  const timer = seconds === undefined ? undefined : setTimeout(() => void runtime.stop(), seconds * 1000);
  try {
    return await runtime.finished;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the system has a device of a kind; otherwise the console says what is taken in its place. */
function isThere({ type }: NodeSpec, substitute: string): boolean {
  const device = listDevices(type)?.find(({ isDefault }) => isDefault);
  const name = type.descriptor.type;
  if (device === undefined) console.log(`The system has no ${name}, as "sluice devices" says: ${substitute}`);
  else console.log(`${name}: ${device.label}`);
  return device !== undefined;
}

/** The microphone of the system, or a tone. */
export function microphone(): ReturnType<typeof nodes.microphone> {
  const found = nodes.microphone();
  return isThere(found, "a tone is taken in its place") ? found : nodes.microphone({ backend: "simulated" });
}

/** The speaker of the system, or one that nobody hears. */
export function speaker(): ReturnType<typeof nodes.speaker> {
  const found = nodes.speaker();
  return isThere(found, "nobody hears the sound") ? found : nodes.speaker({ backend: "simulated" });
}

/** Adds the first camera, or test pictures. */
export function addCamera(runtime: Runtime): OutputRef<VideoFrame> {
  const found = nodes.camera();
  if (isThere(found, "test pictures are taken in its place")) return runtime.add(found, { id: "camera" }).outputs.video;
  return runtime.add(nodes.patternSource(), { id: "camera" }).outputs.video;
}

/** Adds the screen, or test pictures. */
export function addScreen(runtime: Runtime): OutputRef<VideoFrame> {
  const found = nodes.screen();
  if (isThere(found, "test pictures are taken in its place")) return runtime.add(found, { id: "screen" }).outputs.video;
  return runtime.add(nodes.patternSource({ pattern: "zone-plate" }), { id: "screen" }).outputs.video;
}

/** Adds a window, or something that lets pictures go. */
export function addDisplay(runtime: Runtime, title: string): InputRef<VideoFrame> {
  const found = nodes.display({ title });
  if (isThere(found, "nobody sees the pictures")) return runtime.add(found, { id: "display" }).inputs.video;
  return runtime.add(nodes.valve(), { id: "display" }).inputs.frameIn;
}
