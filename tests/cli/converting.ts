/**
 * Runs `sluice convert` for tests, in the folder of media files.
 *
 * @module
 */
import { main } from "../../cli/main.ts";
import { processIo, TextOutput } from "../../cli/output/output.ts";
import { FOLDER } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { type Result, sluice } from "./command_line.ts";

/** True without the plugins that encode and change pictures. */
export const ignore: boolean = noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined;

/** Converts in a process of its own. */
export async function convert(...args: string[]): Promise<Result> {
  return await sluice(["convert", ...args], { cwd: FOLDER });
}

/** Converts in this process, which is quicker: for conversions that are refused. */
export async function here(...args: string[]): Promise<{ code: number; said: string }> {
  let said = "";
  const into = new TextOutput({
    writeSync: (bytes) => {
      said += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  const code = await main(["convert", ...args], { ...processIo(), stdout: into, stderr: into });
  return { code, said };
}
