/**
 * Reads the file `plugin.toml`, whatever is at its path: refuses all but a regular file of limited size with UTF-8
 * text.
 *
 * @module
 */
import { otherThanFile } from "./file_kind.ts";
import { type ReadManifest, readManifest } from "./manifest.ts";

/** Most bytes of a `plugin.toml`. */
const MAX_BYTES = 256 * 1_024;

/** Reads a `plugin.toml`; reports faults of the file as faults of its text. */
export function readManifestFile(path: string): ReadManifest {
  const other = otherThanFile(path);
  if (other !== undefined) return { problems: [`it is ${other}, wanted a regular file`] };
  const { size } = Deno.statSync(path);
  if (size > MAX_BYTES) {
    return { problems: [`it has ${size} bytes, and may have ${MAX_BYTES}: is it the right file?`] };
  }
  const bytes = Deno.readFileSync(path);
  try {
    return readManifest(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return { problems: ["its text is not UTF-8; save it as UTF-8"] };
  }
}
