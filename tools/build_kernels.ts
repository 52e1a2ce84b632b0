/**
 * `deno task build:kernels`: compiles `crates/kernels` to WebAssembly and writes `kernels/wasm.gen.ts`; `--check`
 * compiles and only compares. The file is committed, because a plain Rust toolchain does not bring the standard library
 * for WebAssembly: this builds Rust's `core` from its sources, with Debian's packages `rustc-web`, `cargo-web` and
 * `rust-web-src`, and links with `rust-lld` of any toolchain or `wasm-ld` of the package `lld`.
 *
 * @module
 */
import { runCommand } from "./command.ts";
import { KERNELS_GENERATED, kernelSourcesHash } from "./kernel_sources.ts";
import { ROOT } from "./root.ts";

const TARGET = "wasm32-unknown-unknown";
const BUILT = `target/wasm/${TARGET}/release/sluice_kernels.wasm`;
/** Fixed, so that views of it stay valid. */
const MEMORY_BYTES = 256 * 2 ** 20;
const STACK_BYTES = 64 << 10;

async function main(check: boolean): Promise<number> {
  const linker = await findLinker();
  if (linker === undefined) {
    console.error("Cannot build the kernels: found neither wasm-ld nor rust-lld; apt-get install lld");
    return 1;
  }
  const flags = ["target-feature=+simd128", `linker=${linker}`, "linker-flavor=wasm-ld"];
  for (
    const arg of [`--initial-memory=${MEMORY_BYTES}`, `--max-memory=${MEMORY_BYTES}`, `-zstack-size=${STACK_BYTES}`]
  ) {
    flags.push(`link-arg=${arg}`);
  }
  flags.push("link-arg=--export=__heap_base", "panic=abort");
  const result = await runCommand({
    program: "/usr/bin/cargo",
    args: [
      "rustc",
      "--release",
      "--locked",
      "-Zbuild-std=core",
      "--package",
      "sluice-kernels",
      "--crate-type",
      "cdylib",
    ]
      .concat("--target", TARGET, "--target-dir", "target/wasm"),
    env: {
      PATH: "/usr/bin:/bin",
      RUSTC: "/usr/bin/rustc",
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: [...flags.map((flag) => `-C${flag}`), `--remap-path-prefix=${ROOT}=/`].join(" "),
    },
  });
  if (result.code !== 0) {
    console.error(
      `Cannot build the kernels; it takes apt-get install rustc-web cargo-web rust-web-src:\n${result.output}`,
    );
    return 1;
  }
  const wasm = await Deno.readFile(ROOT + BUILT);
  const text = emit(wasm, await kernelSourcesHash());
  if (!check) {
    await Deno.writeTextFile(ROOT + KERNELS_GENERATED, text);
    console.error(`Wrote ${KERNELS_GENERATED}: ${wasm.length} bytes of WebAssembly`);
    return 0;
  }
  if (await Deno.readTextFile(ROOT + KERNELS_GENERATED) === text) return 0;
  console.error(`${KERNELS_GENERATED} is not what this compiler makes: run "deno task build:kernels"`);
  return 1;
}

function emit(wasm: Uint8Array, hash: string): string {
  return `// Written by "deno task build:kernels" from crates/kernels/src. Do not edit.

/** Hash of the sources. */
export const KERNEL_SOURCES = "${hash}";

/** The module. */
export const WASM_BASE64 = "${wasm.toBase64()}";
`;
}

/** A linker for WebAssembly. */
async function findLinker(): Promise<string | undefined> {
  const sysroot = await runCommand({ program: "rustc", args: ["--print", "sysroot"] });
  const candidates = ["/usr/bin/wasm-ld"];
  if (sysroot.code === 0) {
    candidates.push(`${sysroot.output.trim()}/lib/rustlib/${Deno.build.target}/bin/rust-lld`);
  }
  for (const path of candidates) {
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
