/**
 * What is made of the stages of the plugins that come with Sluice: `stages.gen.ts`, their types, and their pages in the
 * documentation. It is made before the code of Sluice's own package, which lists it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { compareText } from "./diagnostics.ts";
import { formatTypeScript } from "./emit/format.ts";
import { emitShippedStages } from "./emit/shipped_stages.ts";
import { emitStagePage, type StagePage } from "./emit/stage_page.ts";
import { type GeneratedText, type OutputState, placeOutputs } from "./files/outputs.ts";
import { stageModel } from "./plugins.ts";

const OUTPUT = "stages.gen.ts";

/** What all pages say. */
const NATIVE = "They are native stages, which run on [native lanes](../lanes.md#native-stages) and need no flag. ";

const GPU = `The stages for pictures that run on a graphics processor, by Vulkan or Metal. ${NATIVE}` +
  "[Graphics processors](../gpu.md) tells which one is taken, what is copied when, and what happens where there is none.";

/** The pages, by family. */
const PAGES: { readonly [family: string]: StagePage } = {
  clap: {
    title: "CLAP stages",
    intro: "The stage that hosts plugins for audio of other makers, which have the interface " +
      "[CLAP](https://github.com/free-audio/clap): compressors, equalisers, reverbs, instruments. It is a native stage, " +
      "which runs on [native lanes](../lanes.md#native-stages) and needs no flag. `sluice clap` " +
      "([command line](../cli.md)) lists the plugins that are installed.",
  },
  codec: {
    title: "Codec stages",
    intro: `The stages that encode and decode. ${NATIVE}[Media processors](media.md) tells what encoded frames ` +
      "are, what is done with damaged ones, and whose libraries these are.",
  },
  device: {
    title: "Device stages",
    intro:
      `The stages that take from devices and give to them. ${NATIVE}[Devices](../devices.md) tells what each system ` +
      "offers, how sound and pictures are kept together, and what to do when a device is missing.",
  },
  gpu: {
    title: "GPU stages",
    intro: GPU,
  },
  rtsp: {
    title: "RTSP stages",
    intro:
      `The stages for cameras and media servers. ${NATIVE}[Media processors](media.md#encoded-frames) tells what ` +
      "encoded frames are.",
  },
  sensor: {
    title: "Sensor stages",
    intro: `The stages for many channels at once. ${NATIVE}\`deno task demo --sensors\` runs them: 64 channels at ` +
      "10 kHz, from a simulated converter to a file and to programs that connect.\n\n" +
      "Packets travel between them: a column for each channel (`ch0`, `ch1`, …, 64 at most) and a record for each " +
      "moment. Records spread evenly over the duration of their batch, which so says its rate. Batches may have any " +
      "size and change it while the graph runs. A batch of 64 channels and 1,024 records takes 262,144 bytes and a " +
      "little more: set [`pools.packet.slotBytes`](../memory.md).\n\n" +
      "A batch has a gap before it if it is flagged as a discontinuity, or begins earlier or later than the end of the " +
      "batch before by more than half of its own duration. A stage that puts several batches together gives the result " +
      "the time of the batch with its first sample, so that times follow the device's clock and never run away from " +
      "it.\n\n" +
      "In a row, stages turn the counts of a converter (`acquisition`) into volts (`to-voltage`), filter them " +
      "(`biquad`), keep fewer samples (`downsample`), and give spectra (`fft`) or pieces around events (`trigger`). " +
      "`csv-sink`, `arrow-sink` ([file](file.md)) and `websocket-sink` ([data](data.md)) take the packets. A device's " +
      "driver takes the place of `acquisition` by writing packets of the same columns " +
      "([writing a plugin](../plugins.md#what-a-stage-does)).",
  },
  webrtc: {
    title: "WebRTC stages",
    intro:
      `The stages that publishers and players connect to. ${NATIVE}[WebRTC](../transports/webrtc.md) tells how they ` +
      "are reached, what goes over the network, and what is done when it is bad.",
  },
  video: {
    title: "Video stages",
    intro: `The stages for pictures. ${NATIVE}[Media processors](media.md) tells of sizes and colours.`,
  },
};

/** What became of a file. */
export interface PlacedFile {
  readonly path: string;
  readonly state: OutputState;
}

/**
 * Writes the files, or compares them, if a configuration is that of Sluice's own package.
 *
 * @param configPath absolute
 * @param check compare only
 * @returns none for other packages, and where the native library or a plugin's is not built
 */
export async function placeShippedStages(configPath: string, check: boolean): Promise<PlacedFile[]> {
  const own = new URL("../", import.meta.url);
  if (own.protocol !== "file:" || configPath !== fileURLToPath(new URL("sluice.json", own))) return [];
  const root = fileURLToPath(own);
  const files = await emitFiles(root);
  const states = await placeOutputs(files.map(({ path, text }) => ({ path: `${root}${path}`, text })), check);
  return files.map(({ path }, at) => ({ path, state: states[at] }));
}

/** @returns the files with their paths from the root */
async function emitFiles(root: string): Promise<GeneratedText[]> {
  const { readShippedStages } = await import("../core/plugins/stage_type.ts");
  try {
    const stages = readShippedStages(`${root}crates/plugins`).map(({ plugin, descriptor }) =>
      stageModel(root, plugin, `${root}crates/plugins/${plugin}`, descriptor)
    );
    const module = emitShippedStages(stages, { output: OUTPUT, runtime: "./generated.ts" }, formatTypeScript);
    const families = Map.groupBy(stages.map(({ descriptor }) => descriptor), ({ category }) => category);
    const pages = [...families].map(([family, all]) => ({
      path: `docs/processors/${family}.md`,
      text: emitStagePage(PAGES[family], all.toSorted((a, b) => compareText(a.type, b.type))),
    }));
    return [{ path: OUTPUT, text: module }, ...pages];
  } catch (error) {
    if (error instanceof RangeError || (error as { code?: unknown }).code === "NativeUnavailable") return [];
    throw error;
  }
}
