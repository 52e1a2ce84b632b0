/**
 * Devices for the examples, and what stands in for those that this machine lacks: a simulated microphone or speaker, test
 * pictures for a camera or a screen. The console says which, and why.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import {
  type InputRef,
  nodes,
  type NodeSpec,
  type OutputRef,
  type Runtime,
  type RuntimeOptions,
  SluiceError,
  type VideoFrame,
} from "../mod.ts";
import { listDevices } from "../plugins.ts";

/** The files that hold H.264 and Opus. */
const EXTENSIONS = /\.(mp4|m4v|mkv)$/;

/** What an example is told on its command line: `[FILE] [--seconds N]`. */
export interface Options {
  /** The file to write, in a folder that is there; `""`: none. */
  readonly file: string;
  /** Stops after this time; otherwise Ctrl-C does. */
  readonly seconds?: number;
}

/**
 * Reads the command line; prints the help, or what is wrong with it, and ends the process.
 *
 * @param does what the example does, for the help
 * @param usualFile the file where none is named, `""` for none; absent: the example writes no file
 */
export function readOptions(does: string, usualFile?: string): Options {
  const options = { seconds: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
  const words = usualFile === undefined ? "" : "[FILE.mp4] ";
  const usage = `deno run -A examples/${basename(new URL(Deno.mainModule).pathname)} ${words}[--seconds N]`;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: usualFile !== undefined });
    if (values.help) {
      const usual = usualFile ? ` By default FILE is ${usualFile}.` : "";
      console.log(`Usage: ${usage}\n\n${does}${usual} Without --seconds it runs until Ctrl-C.`);
      Deno.exit(0);
    }
    const [file = usualFile ?? "", ...more] = positionals;
    if (more.length > 0) throw new TypeError(`found ${JSON.stringify(more[0])}, wanted one file`);
    if (file !== "" && !EXTENSIONS.test(file)) {
      throw new TypeError(`cannot write ${JSON.stringify(file)}: wanted .mp4, .m4v or .mkv`);
    }
    const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
    if (seconds !== undefined && !(seconds > 0 && seconds < Infinity)) {
      throw new TypeError(`--seconds is ${JSON.stringify(values.seconds)}, wanted a number above 0`);
    }
    if (file !== "") Deno.mkdirSync(dirname(file), { recursive: true });
    return { file, ...(seconds !== undefined && { seconds }) };
  } catch (error) {
    console.error(`error: ${(error as Error).message}\nUsage: ${usage}`);
    Deno.exit(2);
  }
}

/**
 * Runs a graph until Ctrl-C, or for the time that the command line says. Where the graph fails, prints why, and ends the
 * process.
 *
 * @returns what came of it
 */
export async function run(runtime: Runtime, { seconds }: Pick<Options, "seconds">): Runtime["finished"] {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await runtime.start();
    if (seconds !== undefined) timer = setTimeout(() => void runtime.stop(), seconds * 1000);
    return await runtime.finished;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    await runtime[Symbol.asyncDispose]();
    console.error(`error: ${error.message}`);
    Deno.exit(1);
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

/** Whether a CLAP plugin is installed; otherwise the console says what is taken in its place. */
export function clapPlugin(name: string, substitute: string): boolean {
  const own = (Deno.env.get("CLAP_PATH") ?? "").split(":").filter((each) => each !== "");
  const folders = [...own, `${Deno.env.get("HOME")}/.clap`, "/usr/local/lib/clap", "/usr/lib/clap"];
  const isFound = folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}.clap`).isFile;
    } catch {
      return false;
    }
  });
  if (isFound) console.log(`plugin: ${name}`);
  else console.log(`The CLAP plugin ${name} is not installed, as "sluice clap list" says: ${substitute}`);
  return isFound;
}

/** Adds the first camera, or test pictures. */
export function addCamera(runtime: Runtime): OutputRef<VideoFrame> {
  const found = nodes.camera();
  if (isThere(found, "test pictures are taken in its place")) return runtime.add(found, { id: "camera" }).outputs.video;
  return runtime.add(nodes.patternSource({ clockTimes: true }), { id: "camera" }).outputs.video;
}

/** Adds the screen, or test pictures. */
export function addScreen(runtime: Runtime): OutputRef<VideoFrame> {
  const found = nodes.screen();
  if (isThere(found, "test pictures are taken in its place")) return runtime.add(found, { id: "screen" }).outputs.video;
  const pictures = nodes.patternSource({ pattern: "zone-plate", clockTimes: true });
  return runtime.add(pictures, { id: "screen" }).outputs.video;
}

/** Slots for pictures of the whole screen: those of the usual size end at 1920 × 1080. */
export function screenPools(): NonNullable<RuntimeOptions["pools"]> {
  const screen = listDevices(nodes.screen().type)?.find(({ isDefault }) => isDefault);
  const [, width, height] = /(\d+) × (\d+)/.exec(screen?.formats[0] ?? "") ?? [];
  // Rows are rounded up.
  const pixels = Math.max(1920 * 1080, Math.ceil(Number(width ?? 0) / 64) * 64 * Number(height ?? 0));
  return { video: { slotBytes: pixels * 4 } };
}

/** Adds a window, or something that lets pictures go. */
export function addDisplay(runtime: Runtime, title: string): InputRef<VideoFrame> {
  const found = nodes.display({ title });
  if (isThere(found, "nobody sees the pictures")) return runtime.add(found, { id: "display" }).inputs.video;
  return runtime.add(nodes.valve(), { id: "display" }).inputs.frameIn;
}
