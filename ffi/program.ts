/**
 * Stages whose code is a program's in another language, such as Python. The native library runs the program once, to learn
 * of its stages, and starts a process of it for each node. Linux only.
 *
 * @module
 */
import type { PluginPort, PluginStage } from "./plugin.ts";
import type { NativeSymbols } from "./symbols.ts";

/** How the stages of a source are described and hosted. */
export interface ProgramStart {
  /** The command that hosts one stage; the library adds arguments. */
  readonly host: readonly string[];
  /** The command that tells of all stages on standard output, as JSON. */
  readonly describe: readonly string[];
  /** Variables of the environment that are set for both. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** What the stages are in: an absolute path, or the name of a module. */
  readonly source: string;
  /** How long the description may take, milliseconds. */
  readonly limitMs: number;
}

/** A stage, as its program describes it. */
export interface ProgramStage extends PluginStage {
  readonly category?: string;
  readonly tags?: readonly string[];
}

/** What the native library needs to know of a stage. */
export interface EnteredStage extends Pick<PluginStage, "id" | "mode" | "figures"> {
  readonly inputs: readonly EnteredPort[];
  readonly outputs: readonly EnteredPort[];
}

type EnteredPort = Pick<PluginPort, "name" | "kind" | "formats" | "burst">;

/** What a program says of a source. */
export interface ProgramDescription {
  readonly stages: readonly ProgramStage[];
  /** The files that its stages were read from, absolute. */
  readonly files?: readonly string[];
  /** The parts that could not be read, with the reason. */
  readonly failed?: readonly { readonly file: string; readonly error: string }[];
}

/**
 * Has a program describe the stages of a source. Graphs can have nodes of them from then on; nodes that run keep the
 * process that they have.
 *
 * @throws {RangeError} with the reason, a clause, if the program or a stage is refused
 */
export function loadProgram(symbols: NativeSymbols, start: ProgramStart): ProgramDescription {
  const bytes = new TextEncoder().encode(JSON.stringify(start));
  return readDescription(symbols.slu_program_load(Deno.UnsafePointer.of(bytes), bytes.length));
}

/**
 * Enters the stages of a program that need no description by it.
 *
 * @throws {RangeError} as {@linkcode loadProgram}
 */
export function enterProgram(
  symbols: NativeSymbols,
  start: ProgramStart,
  stages: readonly EnteredStage[],
): void {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...start, stages }));
  readDescription(symbols.slu_program_load(Deno.UnsafePointer.of(bytes), bytes.length));
}

/** As {@linkcode loadProgram}, while the thread does other things. */
export async function loadProgramAside(symbols: NativeSymbols, start: ProgramStart): Promise<ProgramDescription> {
  const bytes = new TextEncoder().encode(JSON.stringify(start));
  const description = await symbols.slu_program_load_async(Deno.UnsafePointer.of(bytes), bytes.length);
  // The library has read them by now.
  bytes.fill(0);
  return readDescription(description);
}

/**
 * Starts a process for a node of a program's stage, so that the node's lane need not wait while it imports its source.
 * Resolves when it has, or cannot: then the lane starts it, and tells why not.
 *
 * @param stage its id
 * @param memoryBytes the limit of its memory; 0 for none
 */
export async function startProgramAhead(symbols: NativeSymbols, stage: string, memoryBytes: number): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify({ stage, memoryBytes }));
  await symbols.slu_program_start(Deno.UnsafePointer.of(bytes), bytes.length);
  // The library has read them by now.
  bytes.fill(0);
}

function readDescription(description: Deno.PointerValue): ProgramDescription {
  if (description === null) throw new RangeError("the native library panicked; its message is on standard error");
  const parsed: ProgramDescription & { readonly error?: string } = JSON.parse(
    Deno.UnsafePointerView.getCString(description),
  );
  if (parsed.error !== undefined) throw new RangeError(parsed.error);
  return parsed;
}
