/**
 * Opens the native library. Nothing is opened at import: {@linkcode loadNative} does it. A library is opened once in an
 * isolate and never closed, since native memory that other lanes use belongs to it.
 *
 * @module
 */
import { type AbiIdentity, checkAbi, EXPECTED_ABI } from "./layout_check.ts";
import { NativeError } from "./native_error.ts";
import {
  IDENTITY_SYMBOLS,
  KERNEL_SYMBOLS,
  type KernelSymbols,
  LANE_FUNCTIONS,
  type NativeSymbols,
  SYMBOLS,
} from "./symbols.ts";

/** Names the library where it is not in its usual place. */
const PATH_VARIABLE = "SLUICE_NATIVE_LIB";

/** How the system names libraries. */
const FILE_NAMES: Partial<Record<typeof Deno.build.os, readonly [before: string, behind: string]>> = {
  darwin: ["lib", ".dylib"],
  windows: ["", ".dll"],
};

/** A library that has been opened and found to fit. */
export interface NativeLibrary {
  /** Where it is, absolute: what another isolate opens. */
  readonly path: string;
  /** Its version line, such as `sluice-native 0.1.0 (abi 1)`. */
  readonly version: string;
  readonly symbols: NativeSymbols;
}

const loaded = new Map<string, NativeLibrary>();

/**
 * Opens the library, or gives the one that this isolate has opened before.
 *
 * @param path of the library; by default `SLUICE_NATIVE_LIB`, else `target/release` in this package's folder
 * @throws {NativeError} `NativeUnavailable` if there is no such file, or no `--allow-ffi`, or the system cannot open it
 * @throws {NativeError} `AbiMismatch` if it is no Sluice library or was built from other layouts
 */
export function loadNative(path: string = defaultLibraryPath()): NativeLibrary {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const library = openLibrary(path, EXPECTED_ABI);
  loaded.set(path, library);
  return library;
}

/**
 * Opens the library for its kernels alone.
 *
 * @throws {NativeError} as {@linkcode loadNative}; the use of a kernel that the library lacks, `AbiMismatch`
 */
export function loadKernels(path: string): KernelSymbols {
  if (!loaded.has(path)) checkAbi(path, readIdentity(path), EXPECTED_ABI);
  return whenUsed(path, KERNEL_SYMBOLS);
}

/** As {@linkcode loadNative}, for an identity that a test chooses, and without remembering. */
export function openLibrary(path: string, wanted: AbiIdentity): NativeLibrary {
  checkAbi(path, readIdentity(path), wanted);
  const lane = Object.fromEntries(LANE_FUNCTIONS.map((name) => [name, SYMBOLS[name]]));
  // These are called all the time: own properties are found faster than what has taken a getter's place.
  const symbols = { __proto__: whenUsed(path, SYMBOLS), ...open(path, lane).symbols } as unknown as NativeSymbols;
  const version = `sluice-native ${readCString(symbols.slu_version())} (abi ${symbols.slu_abi_version()})`;
  return { path, version, symbols };
}

/**
 * Where the library is looked for.
 *
 * @throws {NativeError} `NativeUnavailable` if this package is not in a file system and `SLUICE_NATIVE_LIB` is not set
 */
export function defaultLibraryPath(): string {
  const named = readVariable(PATH_VARIABLE);
  if (named !== undefined && named !== "") return named;
  const url = new URL(`../target/release/${fileName("sluice_native")}`, import.meta.url);
  if (url.protocol === "file:") return toPath(url);
  throw new NativeError(
    "NativeUnavailable",
    `Cannot find the native library: this package comes from ${url.protocol}//, which holds none; build it from the ` +
      `repository and name it in ${PATH_VARIABLE}`,
  );
}

/**
 * Where the library of a shipped plugin is: beside the native library.
 *
 * @param plugin its name, such as `codecs`
 * @throws {NativeError} as {@linkcode defaultLibraryPath}
 */
export function shippedLibraryPath(plugin: string): string {
  return defaultLibraryPath().replace(/[^\\/]*$/, () => fileName(`sluice_plugin_${plugin.replaceAll("-", "_")}`));
}

/** The reason of the last refusal of a native call on this thread. */
export function lastNativeError(symbols: NativeSymbols): string {
  return readCString(symbols.slu_last_error());
}

function readIdentity(path: string): AbiIdentity {
  const { symbols } = open(path, IDENTITY_SYMBOLS);
  return { abiVersion: symbols.slu_abi_version(), layoutText: readCString(symbols.slu_layout_text()) };
}

/**
 * Functions of a library, each of which is made ready at its first use. The use of one that the library lacks throws
 * `AbiMismatch`.
 */
function whenUsed<S extends Deno.ForeignLibraryInterface>(path: string, table: S): Deno.DynamicLibrary<S>["symbols"] {
  const functions = {};
  for (const name of Object.keys(table)) {
    Object.defineProperty(functions, name, {
      configurable: true,
      get() {
        const value = Reflect.get(open(path, { [name]: table[name] }).symbols, name);
        Object.defineProperty(functions, name, { value });
        return value;
      },
    });
  }
  return functions as Deno.DynamicLibrary<S>["symbols"];
}

function open<S extends Deno.ForeignLibraryInterface>(path: string, symbols: S): Deno.DynamicLibrary<S> {
  try {
    return Deno.dlopen(path, symbols);
  } catch (cause) {
    throw explain(path, cause);
  }
}

function explain(path: string, cause: unknown): NativeError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Deno.errors.NotCapable || cause instanceof Deno.errors.PermissionDenied) {
    const mend = "run with --allow-ffi, or choose the portable driver";
    return new NativeError("NativeUnavailable", `Cannot open the native library "${path}": no access; ${mend}`, cause);
  }
  if (text.includes("Failed to register symbol")) {
    const mend = `build it again with "deno task build:native"`;
    return new NativeError("AbiMismatch", `Cannot use the library "${path}": ${text.trim()}; ${mend}`, cause);
  }
  const mend = `build it with "deno task build:native", or name it in ${PATH_VARIABLE}`;
  return new NativeError(
    "NativeUnavailable",
    `Cannot open the native library "${path}": ${reason(path, text)}; ${mend}`,
    cause,
  );
}

/** Why the system did not open a library, without the words and the path that stand before it, some of them twice. */
function reason(path: string, text: string): string {
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such file";
  }
  return text.replaceAll("Could not open library: ", "").replaceAll(`${path}: `, "").trim();
}

function fileName(library: string): string {
  const [before, behind] = FILE_NAMES[Deno.build.os] ?? ["lib", ".so"];
  return before + library + behind;
}

/** Reads a variable where that is allowed without asking. */
function readVariable(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name);
}

function toPath(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}

function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}
