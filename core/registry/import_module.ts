/**
 * Imports the modules of packages. Their processors must share the runtime's classes with the code that runs them.
 *
 * The bundle contains these classes. A user's package imports them by `@sluice/sluice`, which its import map leads to
 * the sources: so the bundle answers for its public modules, before the first package other than its own is imported.
 *
 * A package that a lane imports may be the program itself, which would start its graph in each lane, whose lanes would
 * import it again: so a lane refuses to start a graph.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { nodeBuiltin } from "../log/node_builtin.ts";
import { type Bundle, bundle } from "./bundle.ts";

let isLaneThread = false;

/** URLs of the modules of packages whose import is running. */
const importing = new Set<string>();

/** Marks this thread as that of a worker lane. */
export function enterLaneThread(): void {
  isLaneThread = true;
}

let isAnswering = false;

/**
 * Imports a module of a package.
 *
 * @param url its absolute URL
 * @param type the only node type needed, if one
 * @returns its exports
 */
export async function importModule(url: string, type?: string): Promise<object> {
  importing.add(url);
  try {
    return await importFrom(url, type);
  } finally {
    importing.delete(url);
  }
}

/**
 * Refuses actions that only the program's own threads may take.
 *
 * @param attempt the action: `start`
 * @throws {SluiceError} `InvalidGraph`, with the module that the lane imports, if it imports only one
 */
export function assertOffLanes(attempt: string): void {
  if (!isLaneThread) return;
  const module = importing.size === 1 ? `"${[...importing][0]}"` : "a module";
  throw new SluiceError(
    "InvalidGraph",
    `Cannot ${attempt}: a lane imports ${module} for its node types, and each lane would start the graph again; start it ` +
      "only in the program: if (import.meta.main) { … }, or in a module that exports no node types",
  );
}

async function importFrom(url: string, type?: string): Promise<object> {
  if (bundle === undefined) return await import(url);
  const own = bundle.doors.get(`${url}#${type}`) ?? bundle.doors.get(url);
  if (own !== undefined) return await import(own);
  if (!isAnswering) answerFor(bundle);
  isAnswering = true;
  return await import(url);
}

/** Makes imports of a public module of the sources in this isolate return the bundle's module from then on. */
function answerFor({ doors }: Bundle): void {
  nodeBuiltin("node:module").registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const own = doors.get(found.url);
      return own === undefined ? found : { ...found, url: own };
    },
  });
}
