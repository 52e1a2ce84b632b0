/**
 * Reads the file `plugin.toml`. It may be anything: it is read only if it is a regular file that is not large, and its
 * text is taken only if it is UTF-8.
 *
 * @module
 */
import { otherThanFile } from "./file_kind.ts";
import { type ReadManifest, readManifest } from "./manifest.ts";

/** Most bytes of a `plugin.toml`. */
const MAX_BYTES = 256 * 1_024;

/** Reads a `plugin.toml`; what is wrong with the file is told as what is wrong with its text. */
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
