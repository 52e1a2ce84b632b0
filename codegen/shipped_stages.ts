/**
 * `stages.gen.ts`: the typed stages of the plugins that come with Sluice. It is made before the code of Sluice's own
 * package, which lists it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { formatTypeScript } from "./emit/format.ts";
import { emitShippedStages } from "./emit/shipped_stages.ts";
import { type OutputState, placeOutputs } from "./files/outputs.ts";
import { stageModel } from "./plugins.ts";

const OUTPUT = "stages.gen.ts";

/** What became of the module. */
export interface PlacedStages {
  readonly path: string;
  readonly state: OutputState;
}

/**
 * Writes the module, or compares it, if a configuration is that of Sluice's own package.
 *
 * @param configPath absolute
 * @param check compare only
 * @returns `undefined` for other packages, and where the native library or a plugin's is not built
 */
export async function placeShippedStages(configPath: string, check: boolean): Promise<PlacedStages | undefined> {
  const own = new URL("../", import.meta.url);
  if (own.protocol !== "file:" || configPath !== fileURLToPath(new URL("sluice.json", own))) return undefined;
  const root = fileURLToPath(own);
  const text = await emitModule(root);
  if (text === undefined) return undefined;
  const [state] = await placeOutputs([{ path: `${root}${OUTPUT}`, text }], check);
  return { path: OUTPUT, state };
}

async function emitModule(root: string): Promise<string | undefined> {
  const { readShippedStages } = await import("../core/plugins/shipped_types.ts");
  try {
    const stages = readShippedStages(`${root}crates/plugins`).map(({ plugin, descriptor }) =>
      stageModel(root, plugin, `${root}crates/plugins/${plugin}`, descriptor)
    );
    return emitShippedStages(stages, { output: OUTPUT, runtime: "./generated.ts" }, formatTypeScript);
  } catch (error) {
    if (error instanceof RangeError || (error as { code?: unknown }).code === "NativeUnavailable") return undefined;
    throw error;
  }
}
