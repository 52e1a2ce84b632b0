/**
 * Loads built-in modules of Node that few runs need. An import of `node:fs`, `node:crypto` or `node:stream` adds 10 to
 * 20 ms to the start of every isolate.
 *
 * @module
 */

/** The modules loaded in this way. */
interface NodeBuiltins {
  readonly "node:console": typeof import("node:console");
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:dgram": typeof import("node:dgram");
  readonly "node:dns": typeof import("node:dns");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:http": typeof import("node:http");
  readonly "node:module": typeof import("node:module");
  readonly "node:net": typeof import("node:net");
  readonly "node:stream": typeof import("node:stream");
  readonly "node:tls": typeof import("node:tls");
}

/** Loads a module of Node on demand. */
export function nodeBuiltin<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] {
  // deno-lint-ignore no-process-global -- an import of node:process costs as much as what it is to save
  return process.getBuiltinModule(name) as NodeBuiltins[Name];
}
