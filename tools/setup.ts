/**
 * `deno task setup`: brings a checkout into a state in which everything runs. It installs the npm packages of
 * `deno.lock`, builds the native library where a Rust toolchain is there, writes the generated code, builds the page
 * and bundles the command. Running it again does only what is missing. Its other tasks call it first.
 *
 * This file may import no npm package: it runs before they are installed.
 *
 * @module
 */
import { isBundleCurrent } from "../core/registry/bundle_state.ts";
import { assertDeno } from "../core/process/deno_version.ts";
import { formatElapsed, runCommand } from "./command.ts";
import { buildNativeLibrary, findMissingToolchain, hasLibrary, LIBRARY_PATH } from "./native_library.ts";
import { isPageCurrent } from "./page_build.ts";
import { ROOT } from "./root.ts";

/** What {@linkcode setUp} found and made. */
export interface SetUp {
  /** `native` if the native library is there and current; `portable` if Sluice runs without it. */
  readonly driver: "native" | "portable";
  /** In portable mode: why. */
  readonly reason?: string;
  /** Whether the library is left to be built, as it was wanted. */
  readonly toBuild?: boolean;
}

/** What stops the set-up; the message says what to do. */
export class SetUpError extends Error {
  override readonly name: string = "SetUpError";
}

/** Options of {@linkcode setUp}. */
export interface SetUpOptions {
  /**
   * Write the generated code also where it is there (default `true`). The gates say `false`: they are to find what is
   * committed stale.
   */
  readonly regenerate?: boolean;
  /** Leave it to the caller to build the native library where that can be (default `false`). */
  readonly leaveNative?: boolean;
  /** Build the page if it is missing or outdated (default `false`). */
  readonly page?: boolean;
  /** Bundle the command if the bundle is missing or outdated (default `false`). */
  readonly bundle?: boolean;
}

/**
 * Sets the checkout up, saying on standard error what it does.
 *
 * @throws {SetUpError} if something is missing that Sluice cannot run without
 */
export async function setUp(options: SetUpOptions = {}): Promise<SetUp> {
  console.error("Setting up");
  checkDeno();
  await installPackages();
  const result = await prepareNative(options.leaveNative === true);
  if (options.regenerate !== false || !hasGeneratedCode()) await generateCode();
  if (options.page === true) await buildPage();
  if (options.bundle === true) await bundleCommand();
  return result;
}

/** Prints one line of the set-up: what it is about, and the state. */
function say(about: string, state: string): void {
  console.error(`  ${about.padEnd(15)} ${state}`);
}

function checkDeno(): void {
  try {
    assertDeno("set Sluice up");
  } catch (error) {
    throw new SetUpError((error as Error).message);
  }
}

async function installPackages(): Promise<void> {
  const result = await runCommand({
    program: Deno.execPath(),
    args: ["install", "--frozen"],
    onWait: (elapsedSeconds) => say("npm packages", `still installing after ${elapsedSeconds} s`),
  });
  if (result.code !== 0) {
    throw new SetUpError(
      `Cannot install the npm packages of deno.lock: "deno install --frozen" ended with ${result.code}; ` +
        `look at its output, and whether this machine reaches the npm registry:\n${result.output}`,
    );
  }
  say("npm packages", `ready (${formatElapsed(result.elapsedMs)})`);
}

async function prepareNative(leave: boolean): Promise<SetUp> {
  if (Deno.env.get("SLUICE_NATIVE") === "off") return portable("SLUICE_NATIVE=off");
  const missing = await findMissingToolchain();
  if (missing !== undefined) {
    if (!hasLibrary()) return portable(missing);
    say("native library", `using ${LIBRARY_PATH} as it is: ${missing}`);
    return { driver: "native" };
  }
  if (leave) return { driver: "native", toBuild: true };
  if (!hasLibrary()) say("native library", "building with cargo, about two minutes the first time");
  const outcome = await buildNativeLibrary((line) => say("", line));
  if (outcome.kind === "failed") {
    throw new SetUpError(
      `Cannot build the native library; mend what cargo names, or set SLUICE_NATIVE=off to go without it: ` +
        outcome.message,
    );
  }
  say("native library", `${outcome.kind === "built" ? "built" : "ready"} (${formatElapsed(outcome.elapsedMs)})`);
  return { driver: "native" };
}

function portable(reason: string): SetUp {
  say("native library", `none, so Sluice runs in portable mode, without native lanes: ${reason}`);
  return { driver: "portable", reason };
}

function hasGeneratedCode(): boolean {
  try {
    return Deno.statSync(`${ROOT}sluice.gen.ts`).isFile;
  } catch {
    return false;
  }
}

async function generateCode(): Promise<void> {
  const result = await runCommand({ program: Deno.execPath(), args: ["run", "-A", "codegen/main.ts"] });
  if (result.code !== 0) {
    throw new SetUpError(`Cannot write the generated code: the generator ended with ${result.code}:\n${result.output}`);
  }
  say("generated code", `ready (${formatElapsed(result.elapsedMs)})`);
}

async function buildPage(): Promise<void> {
  const startedMs = performance.now();
  if (await isPageCurrent()) return say("page", `ready (${formatElapsed(performance.now() - startedMs)})`);
  const result = await runCommand({ program: Deno.execPath(), args: ["run", "-A", "tools/build_web.ts"] });
  if (result.code !== 0) {
    throw new SetUpError(`Cannot build the page: "deno task build:web" ended with ${result.code}:\n${result.output}`);
  }
  say("page", `built (${formatElapsed(result.elapsedMs)})`);
}

async function bundleCommand(): Promise<void> {
  const startedMs = performance.now();
  if (isBundleCurrent()) return say("command", `ready (${formatElapsed(performance.now() - startedMs)})`);
  const result = await runCommand({ program: Deno.execPath(), args: ["run", "-A", "tools/bundle.ts"] });
  if (result.code !== 0) {
    throw new SetUpError(`Cannot bundle the command: "deno task bundle" ended with ${result.code}:\n${result.output}`);
  }
  say("command", `bundled (${formatElapsed(result.elapsedMs)})`);
}

/** Runs the set-up, ending the process with 1 and one message if it fails. */
export async function setUpOrExit(options: SetUpOptions = {}): Promise<SetUp> {
  try {
    return await setUp(options);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`\n${error.message}`);
    Deno.exit(1);
  }
}

if (import.meta.main) await setUpOrExit({ page: true, bundle: true });
