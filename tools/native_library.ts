/**
 * Builds the native library with cargo, where a Rust toolchain is there, and says what is missing where it is not.
 *
 * @module
 */
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

/** Oldest Rust that builds the library; as `rust-version` in `Cargo.toml`. */
const OLDEST_RUST = [1, 85];

/** Path of the built library, relative to the checkout. */
export const LIBRARY_PATH: string = `target/release/${libraryFile("sluice_native")}`;

/** What {@linkcode buildNativeLibrary} did. */
export type BuildOutcome =
  | { readonly kind: "built" | "current"; readonly elapsedMs: number }
  | { readonly kind: "failed"; readonly message: string };

/** Whether a built library lies in the checkout. */
export function hasLibrary(): boolean {
  try {
    return Deno.statSync(ROOT + LIBRARY_PATH).isFile;
  } catch {
    return false;
  }
}

/**
 * Looks for what the build needs: cargo, a linker, and a C++ compiler.
 *
 * @returns `undefined` if all is there, else what is missing and how to get it
 */
export async function findMissingToolchain(): Promise<string | undefined> {
  const wanted = OLDEST_RUST.join(".");
  const cargo = await runCommand({ program: "cargo", args: ["--version"] });
  if (cargo.code === 127) {
    return `cargo is not on the PATH; install Rust ${wanted} or later (https://rustup.rs)`;
  }
  const version = /^cargo (\d+)\.(\d+)/.exec(cargo.output);
  if (cargo.code !== 0 || version === null) {
    return `"cargo --version" failed (${cargo.output.trim()}); install Rust ${wanted} or later (https://rustup.rs)`;
  }
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major < OLDEST_RUST[0] || (major === OLDEST_RUST[0] && minor < OLDEST_RUST[1])) {
    return `cargo is ${major}.${minor}, wanted ${wanted} or later; update Rust (https://rustup.rs)`;
  }
  if (Deno.build.os !== "windows" && (await runCommand({ program: "cc", args: ["--version"] })).code !== 0) {
    return 'Rust needs a C linker and "cc" is not on the PATH; install one (Debian: apt-get install gcc libc6-dev)';
  }
  if (Deno.build.os !== "windows" && (await runCommand({ program: "c++", args: ["--version"] })).code !== 0) {
    return 'The plugin for codecs needs a C++ compiler and "c++" is not on the PATH; install one ' +
      "(Debian: apt-get install g++)";
  }
  return undefined;
}

/**
 * Builds the library, the program of isolated stages and the plugins in release mode, as `deno task build:native` does.
 * Does nothing but a quick look where they are up to date.
 *
 * @param say is given lines about the progress
 */
export async function buildNativeLibrary(say: (line: string) => void): Promise<BuildOutcome> {
  let compiled = false;
  const result = await runCommand({
    program: "cargo",
    args: ["run", "--locked", "--package", "xtask", "--", "build"],
    env: { CARGO_TARGET_DIR: "target" },
    onLine: (line) => {
      if (!/^\s*(Compiling|Downloading|Downloaded|Updating|warning|error)/.test(line)) return;
      compiled ||= /^\s*Compiling/.test(line);
      say(line.trim());
    },
    onWait: (elapsedSeconds) => say(`still building after ${elapsedSeconds} s`),
  });
  if (result.code !== 0) {
    return { kind: "failed", message: `cargo build ended with ${result.code}:\n${result.output}` };
  }
  if (!hasLibrary()) {
    return {
      kind: "failed",
      message: `cargo build succeeded and left no "${LIBRARY_PATH}"; is the crate's library still named sluice_native?`,
    };
  }
  return { kind: compiled ? "built" : "current", elapsedMs: result.elapsedMs };
}

/** What the file of a library is called on this system. */
function libraryFile(name: string): string {
  if (Deno.build.os === "windows") return `${name}.dll`;
  return Deno.build.os === "darwin" ? `lib${name}.dylib` : `lib${name}.so`;
}
