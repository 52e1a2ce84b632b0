/**
 * The sources of the kernels' WebAssembly, and their hash, by which a test finds it stale.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** The generated file, relative to the checkout. */
export const KERNELS_GENERATED = "kernels/wasm.gen.ts";

/** A hash of `crates/kernels/src`, in hexadecimal digits. */
export async function kernelSourcesHash(): Promise<string> {
  const folder = `${ROOT}crates/kernels/src/`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const texts = names.map((name) => `${name}\n${Deno.readTextFileSync(folder + name)}`);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
