/**
 * The names that a new processor may have. Others would cause trouble for its files, its class or its entry in `nodes`.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { identifierOf, isKeptIdentifier, typePrefixOf } from "../names.ts";

/** A name: words of lower-case letters and digits, joined by `-`. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** The longest name, in characters. */
const MAX_LENGTH = 64;

/** Windows takes files of these names for devices, whatever their extension. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/** Types that the new class imports. */
const IMPORTED: ReadonlySet<string> = new Set(["AudioFrame", "StreamInput", "StreamOutput"]);

/**
 * Refuses a name that no new processor can have, and suggests one.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function assertProcessorName(name: string): void {
  if (!NAME.test(name)) {
    const mended = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase().replace(/[^a-z0-9]+/g, "-")
      .replace(/^[-0-9]+|-$/g, "").slice(0, MAX_LENGTH);
    const hint = !NAME.test(mended) || reasonAgainst(mended) === undefined ? mended : `${mended}-processor`;
    throw refuse(name, `wanted words of lower-case letters and digits, joined by "-"`, hint);
  }
  const reason = reasonAgainst(name);
  if (reason === undefined) return;
  throw refuse(name, reason, name.length > MAX_LENGTH ? "" : `${name}-processor`);
}

/** The file and class of a name, which are made from it. */
function reasonAgainst(name: string): string | undefined {
  const [identifier, className] = [identifierOf(name), typePrefixOf(name)];
  if (name.length > MAX_LENGTH) return `it has ${name.length} characters, wanted ${MAX_LENGTH} at most`;
  if (DEVICES.test(name)) return "Windows keeps files of that name for a device";
  if (/(?:^|-)(?:test|bench)$/.test(name)) return "the generator leaves files of tests and benchmarks out";
  if (isKeptIdentifier(name)) return "TypeScript or generated code keeps the word for itself";
  if (identifier in {}) return "every object has a member of that name";
  if (IMPORTED.has(className)) return `its class would have the name of a type that it uses, "${className}"`;
  const global = [className, identifier].find((each) => each in globalThis);
  return global === undefined ? undefined : `it would hide "${global}", which every module has`;
}

function refuse(name: string, reason: string, mended: string): SluiceError {
  const hint = NAME.test(mended) ? `; write "${mended}"` : "";
  return new SluiceError("InvalidConfig", `Cannot name a processor ${JSON.stringify(name)}: ${reason}${hint}`);
}
