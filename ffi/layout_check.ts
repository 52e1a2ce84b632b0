/**
 * Checks that a library was built from the same layouts as this code.
 *
 * @module
 */
import { ABI_VERSION, LAYOUT_TEXT } from "./layout.gen.ts";
import { NativeError } from "./native_error.ts";

/** Most differing fields that a message names. */
const NAMED = 8;

/** The version and the layouts of a library, or of this code. */
export interface AbiIdentity {
  readonly abiVersion: number;
  /** Lines `GROUP.name=value`. */
  readonly layoutText: string;
}

/** The version and the layouts of this code. */
export const EXPECTED_ABI: AbiIdentity = { abiVersion: ABI_VERSION, layoutText: LAYOUT_TEXT };

/**
 * Compares a library with what this code expects.
 *
 * @throws {NativeError} `AbiMismatch`, naming both versions, or the fields that differ with both values
 */
export function checkAbi(path: string, found: AbiIdentity, wanted: AbiIdentity = EXPECTED_ABI): void {
  if (found.abiVersion !== wanted.abiVersion) {
    throw new NativeError(
      "AbiMismatch",
      `Cannot use the native library "${path}": its ABI version is ${found.abiVersion}, wanted ` +
        `${wanted.abiVersion}; build it again with "deno task build:native"`,
    );
  }
  if (found.layoutText === wanted.layoutText) return;
  const differences = compareLayouts(found.layoutText, wanted.layoutText);
  const more = differences.length > NAMED ? ` and ${differences.length - NAMED} more` : "";
  throw new NativeError(
    "AbiMismatch",
    `Cannot use the native library "${path}": its memory layout differs: ` +
      `${differences.slice(0, NAMED).join(", ")}${more}; build it again with "deno task build:native"`,
  );
}

/** Names the fields that differ, such as `SLOT.size is 64, wanted 128`, in the order of `wanted`. */
export function compareLayouts(found: string, wanted: string): string[] {
  const left = parseLayout(found);
  const right = parseLayout(wanted);
  const names = new Set([...right.keys(), ...left.keys()]);
  const differences: string[] = [];
  for (const name of names) {
    const [is, want] = [left.get(name) ?? "missing", right.get(name) ?? "none"];
    if (is !== want) differences.push(`${name} is ${is}, wanted ${want}`);
  }
  return differences;
}

function parseLayout(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
  }
  return fields;
}
