/**
 * The commands that gates run.
 *
 * @module
 */
import type { Gate } from "./gate_runner.ts";
import { listPackagesWith } from "./rust_tests.ts";

/**
 * The heap of a process of tests may grow so far, in MiB, before V8 collects all of it: to collect a heap of 150 MiB
 * again and again costs a tenth of what the tests do.
 */
const HEAP = "--v8-flags=--initial-heap-size=512";

/** A command of Deno itself. */
export function deno(...args: string[]): { program: string; args: string[] } {
  return { program: Deno.execPath(), args };
}

/** The options that name the crates with tests, or with examples. */
export function packagesWith(kind: "tests" | "examples"): string[] {
  return listPackagesWith(kind).flatMap((name) => ["--package", name]);
}

/**
 * Options that leave the crates with tests unoptimised, but for those that others use: to optimise them takes two minutes
 * of processor time more, to run their tests some 20 seconds less. What they use is there since the set-up, optimised.
 */
export function unoptimized(): string[] {
  const crates = [
    "sluice-core",
    "sluice-ffi",
    "sluice-plugin-audio-devices",
    "sluice-plugin-clap",
    "sluice-plugin-codecs",
    "sluice-plugin-gpu",
    "sluice-plugin-rtsp",
    "sluice-plugin-sensors",
    "sluice-plugin-video",
    "sluice-plugin-video-devices",
    "sluice-plugin-webrtc",
  ];
  return crates.flatMap((crate) => ["--config", `profile.release.package.${crate}.opt-level=0`]);
}

/**
 * A command of cargo in which clippy compiles the crates of the workspace, as `cargo clippy` has it, but to what runs: to
 * check the packages that they use would take a minute of processor time, and these are compiled already.
 */
export function linting(command: { program: string; args: string[] }): Gate["commands"][number] {
  return { ...command, env: { RUSTC_WORKSPACE_WRAPPER: "clippy-driver", CLIPPY_ARGS: "-Dwarnings" } };
}

/** Runs tests, whose types the gate "types" checks. */
export function denoTest(env: Readonly<Record<string, string>>, ...args: string[]): Gate["commands"][number] {
  return { ...deno("test", "-A", "--no-check", HEAP, "--preload=tools/same_properties.ts", ...args), env };
}

/** A command of cargo. */
export function cargo(...args: string[]): { program: string; args: string[] } {
  return { program: "cargo", args };
}
