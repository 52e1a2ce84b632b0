/**
 * Finds generated code that is missing, or older than the classes it was made from.
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../errors.ts";
import { logDetail, logger } from "../log.ts";
import { bundle } from "./bundle.ts";
import { importModule } from "./import_module.ts";
import type { NodePackage } from "./node_type.ts";

/** The hexadecimal digits of a hash to keep. */
export const HASH_DIGITS = 16;

/** The command that makes generated code, for messages. */
export const CODEGEN_COMMAND: string = `"deno task codegen" (or "sluice codegen")`;

/**
 * Returns the hash of a source file in a package's `sources`. It does not depend on line ends or a byte-order mark.
 *
 * @param text the whole file
 * @returns the first 16 hexadecimal digits of its SHA-256
 */
export async function hashSource(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(plainSource(text));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, HASH_DIGITS);
}

/** Returns a source text without a byte-order mark, with lines that end in `\n`. */
export function plainSource(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
}

/** A file that has changed or vanished since a package's code was generated. */
export interface StaleSource {
  /** Relative to the generated file. */
  readonly path: string;
  /** True if the file has vanished, false if it has changed. */
  readonly isMissing: boolean;
}

/**
 * Finds the files that have changed or vanished since a package's code was generated.
 *
 * @returns sorted by path; empty if the package is not on a file system, or is unreadable (no `--allow-read`)
 */
export async function findStaleSources(pkg: NodePackage): Promise<StaleSource[]> {
  // The bundle was made from unchanged sources, those of its own package among them.
  if (!pkg.url.startsWith("file:") || bundle?.doors.has(pkg.url)) return [];
  const paths = Object.keys(pkg.sources).sort();
  const found = await Promise.all(paths.map((path) => compareSource(new URL(path, pkg.url), pkg.sources[path])));
  return paths.flatMap((path, i) => found[i] === "same" ? [] : [{ path, isMissing: found[i] === "missing" }]);
}

/**
 * Returns a message that a package is stale, with the remedy.
 *
 * @param stale the result of {@linkcode findStaleSources}; at least one
 */
export function describeStaleSources(pkg: NodePackage, stale: readonly StaleSource[]): string {
  const changed = stale.filter(({ isMissing }) => !isMissing).map(({ path }) => path);
  const missing = stale.filter(({ isMissing }) => isMissing).map(({ path }) => path);
  const found: string[] = [];
  if (changed.length > 0) {
    found.push(`${listPaths(changed)} ${changed.length > 1 ? "have" : "has"} changed since it was made`);
  }
  if (missing.length > 0) {
    found.push(`${listPaths(missing)} ${missing.length > 1 ? "are" : "is"} missing, which it was made from`);
  }
  const mend = missing.length === 0 ? "" : `put ${missing.length > 1 ? "them" : "it"} back, or `;
  const outcome = missing.length === 0 ? "" : ` to go on without ${missing.length > 1 ? "them" : "it"}`;
  return `Generated code of package "${pkg.name}" is stale: ${found.join(", and ")}; ` +
    `${mend}run ${CODEGEN_COMMAND}${outcome}`;
}

/** Packages already checked: this process keeps their code, whatever happens to the files. */
const lookedAt = new WeakSet<NodePackage>();

/** Logs one warning for each stale package. Returns before the packages are checked. */
export function warnOfStaleSources(packages: Iterable<NodePackage | undefined>): void {
  for (const each of new Set(packages)) {
    if (each === undefined || lookedAt.has(each)) continue;
    lookedAt.add(each);
    void findStaleSources(each).then((stale) => {
      if (stale.length > 0) logger("codegen").warn(describeStaleSources(each, stale));
    });
  }
}

/**
 * Returns a message that a package's generated code lacks files with processors, with the remedy.
 *
 * @param added at least one path
 */
export function describeNewSources(pkg: NodePackage, added: readonly string[]): string {
  const verb = added.length > 1 ? "are new" : "is new";
  return `Generated code of package "${pkg.name}" is stale: ${listPaths(added)} ${verb} since it was made; ` +
    `run ${CODEGEN_COMMAND}`;
}

/**
 * Imports a generated module and returns its package.
 *
 * @param url absolute URL of a `sluice.gen.ts`
 * @throws {SluiceError} `InvalidGraph` if the module is missing, or if it does not export `nodePackage`
 */
export async function loadNodePackage(url: string | URL): Promise<NodePackage> {
  const href = String(url);
  let module: { nodePackage?: NodePackage };
  try {
    module = await importModule(href);
  } catch (cause) {
    if (!/\.m?[jt]s$/.test(href)) throw notGenerated(href, "it is not a module", { cause });
    if (!isMissing(cause, href)) throw cause;
    throw new SluiceError(
      "InvalidGraph",
      `Cannot load node types from "${href}": the file does not exist; run ${CODEGEN_COMMAND} to make it`,
      { cause },
    );
  }
  if (module.nodePackage?.nodes === undefined) {
    throw notGenerated(href, 'it does not export "nodePackage", so the generator did not make it');
  }
  const { name, nodes } = module.nodePackage;
  logDetail("runtime", "debug", () => [`Loaded package "${name}" with ${nodes.length} node types`, { from: href }]);
  return module.nodePackage;
}

function notGenerated(href: string, found: string, details: SluiceErrorDetails = {}): SluiceError {
  return new SluiceError(
    "InvalidGraph",
    `Cannot load node types from "${href}": ${found}; name a "sluice.gen.ts", or run ${CODEGEN_COMMAND} to make it`,
    details,
  );
}

function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => `"${path}"`).join(", ");
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}

/** Compares a file with its hash. An unreadable file counts as unchanged. */
async function compareSource(url: URL, hash: string): Promise<"same" | "changed" | "missing"> {
  try {
    return await hashSource(await Deno.readTextFile(url)) === hash ? "same" : "changed";
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT" ? "missing" : "same";
  }
}

/** True if an import failed because the module itself is missing, rather than a module that it imports. */
function isMissing(error: unknown, href: string): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code;
  return (code === "ERR_MODULE_NOT_FOUND" || /module not found/i.test(error.message)) &&
    error.message.includes(`"${href}"`);
}
