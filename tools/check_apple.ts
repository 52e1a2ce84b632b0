/**
 * `deno task check:apple [--target NAME]…`: checks and lints the native library, the devices and what only macOS compiles,
 * `crates/apple`, for Intel and Apple silicon, on any Debian machine. Nothing is linked, so that no SDK is needed. Warnings are errors.
 *
 * A plain Rust toolchain does not bring the standard library for macOS: Debian's packages compile it from its sources. They
 * are installed where they are missing and the user is root.
 *
 * @module
 */
import { type CommandResult, formatElapsed, runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

/** What is checked, as Rust calls the systems. */
export const APPLE_TARGETS = ["x86_64-apple-darwin", "aarch64-apple-darwin"] as const;

/** What is checked: the packages with code for macOS, and with them what they need. */
const PACKAGES = [
  "sluice-ffi",
  "sluice-apple",
  "sluice-plugin-apple",
  "sluice-plugin-audio-devices",
  "sluice-plugin-clap",
  "sluice-plugin-gpu",
  "sluice-plugin-video-devices",
];

/** Debian's packages, and a file of each. */
const NEEDED: Readonly<Record<string, string>> = {
  "rustc-web": "/usr/bin/rustc",
  "cargo-web": "/usr/bin/cargo",
  "rust-web-clippy": "/usr/bin/cargo-clippy",
  "rust-web-src": "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
};

/** What of the standard library is left out: to name the lines of a panic takes a sixth of its time. */
const WITHOUT_EXTRAS = "-Zbuild-std-features=";

/** Nothing that was compiled is run: no machine code, no lines for a debugger, nothing that speeds a second build up. */
const WITHOUT_CODE = "-Zno-codegen";
const LEAN = { CARGO_PROFILE_DEV_DEBUG: "0", CARGO_INCREMENTAL: "0" };

/** One of {@linkcode APPLE_TARGETS}. */
export type AppleTarget = typeof APPLE_TARGETS[number];

/**
 * Reads the command line.
 *
 * @returns what to check; all where none is named
 * @throws {RangeError} if an argument or a target is not known
 */
export function readTargets(args: readonly string[]): readonly AppleTarget[] {
  const named: AppleTarget[] = [];
  for (let at = 0; at < args.length; at += 2) {
    const [option, value] = args.slice(at, at + 2);
    const target = APPLE_TARGETS.find((each) => each === value);
    if (option !== "--target" || target === undefined) {
      const found = args.slice(at, at + 2).join(" ");
      throw new RangeError(`Cannot check "${found}": wanted --target with one of ${APPLE_TARGETS.join(", ")}`);
    }
    named.push(target);
  }
  return named.length === 0 ? APPLE_TARGETS : [...new Set(named)];
}

/** Names Debian's packages that are missing here. */
export function missingPackages(): string[] {
  return Object.keys(NEEDED).filter((name) => !isThere(NEEDED[name]));
}

/**
 * Checks and lints the packages for a system. On a Mac its own toolchain does.
 *
 * @param folder the checkout, or a copy of it
 * @param onLine receives each line of output
 */
export function checkApple(
  target: AppleTarget,
  folder: string = ROOT,
  onLine?: (line: string) => void,
): Promise<CommandResult> {
  const packages = PACKAGES.flatMap((name) => ["--package", name]);
  const args = ["clippy", "--locked", ...packages, "--target", target, "--target-dir", `${ROOT}target/apple`];
  const strict = ["--", "-D", "warnings"];
  if (Deno.build.os === "darwin") {
    return runCommand({ program: "cargo", args: [...args, ...strict], cwd: folder, onLine });
  }
  return runCommand({
    program: "/usr/bin/cargo-clippy",
    args: [...args, "-Zbuild-std=std,panic_abort", WITHOUT_EXTRAS, ...strict],
    // Debian's toolchain alone; a part of it that is not released yet compiles the standard library.
    env: {
      PATH: "/usr/bin:/bin",
      RUSTC: "/usr/bin/rustc",
      CARGO: "/usr/bin/cargo",
      RUSTC_BOOTSTRAP: "1",
      [`CARGO_TARGET_${target.toUpperCase().replaceAll("-", "_")}_RUSTFLAGS`]: WITHOUT_CODE,
      ...LEAN,
    },
    cwd: folder,
    onLine,
  });
}

async function main(args: readonly string[]): Promise<number> {
  const targets = readTargets(args);
  if (Deno.build.os !== "darwin" && !await haveToolchain()) return 1;
  for (const target of targets) {
    console.log(`Checking ${PACKAGES.join(", ")} for ${target}`);
    const { code, elapsedMs, coreMs } = await checkApple(target, ROOT, console.log);
    if (code !== 0) {
      console.error(`${PACKAGES.join(", ")} cannot be compiled for ${target}, or has warnings`);
      return 1;
    }
    const core = coreMs === undefined ? "" : `, ${formatElapsed(coreMs)} of processor time`;
    console.log(`${target}: no errors, no warnings (${formatElapsed(elapsedMs)}${core})`);
  }
  return 0;
}

/** Installs what is missing. @returns whether all is there */
async function haveToolchain(): Promise<boolean> {
  const missing = missingPackages();
  if (missing.length === 0) return true;
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (!isThere("/usr/bin/apt-get")) {
    console.error(
      `Cannot check for macOS: this needs Debian's packages ${
        missing.join(", ")
      }, and there is no apt-get here; run it ` +
        "on Debian 12 or later or in a container of it, or on a Mac",
    );
    return false;
  }
  if (Deno.uid() !== 0) {
    console.error(`Cannot check for macOS: ${missing.join(", ")} are missing; run as root: ${command}`);
    return false;
  }
  console.log(`Installing ${missing.join(" ")}`);
  const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive ${command} -qq`;
  const { code, output } = await runCommand({ program: "sh", args: ["-c", install] });
  if (code === 0 && missingPackages().length === 0) return true;
  console.error(`Cannot install ${missingPackages().join(", ")}; this needs Debian 12 or later:\n${output}`);
  return false;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
