/**
 * Finds out if the library of the codecs has openh264 with its assembler.
 *
 * @module
 */

/**
 * Asks a library of the codecs whether its openh264 was built with the assembler nasm. The library is opened, which runs
 * its code.
 *
 * @param library its path, absolute
 * @returns `undefined` on processors other than x86-64, which have no such assembler, and where the library cannot be
 * opened or does not tell
 */
export function hasH264Assembler(library: string): boolean | undefined {
  if (Deno.build.arch !== "x86_64") return undefined;
  try {
    const opened = Deno.dlopen(library, { sluice_h264_has_assembler: { parameters: [], result: "u8" } });
    return opened.symbols.sluice_h264_has_assembler() !== 0;
  } catch {
    return undefined;
  }
}
