/**
 * Makes one file of `client.ts`, which a browser or Node loads by itself.
 *
 * @module
 */
import { rolldown } from "rolldown";
import { ROOT } from "./root.ts";

/** What old engines do without at the least: those of 2022. */
const TARGET = "es2022";

/** The text of the file. */
export async function bundleClient(): Promise<string> {
  const bundle = await rolldown({
    input: `${ROOT}client.ts`,
    cwd: ROOT,
    platform: "browser",
    transform: { target: TARGET },
  });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
  return output[0].code;
}
