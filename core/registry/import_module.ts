/**
 * Imports the modules of packages. Their processors must share the runtime's classes with the code that runs them.
 *
 * The bundle contains these classes. A user's package imports them by `@sluice/sluice`, which its import map leads to
 * the sources: so the bundle answers for its public modules, before the first package other than its own is imported.
 *
 * @module
 */
import { nodeBuiltin } from "../log/node_builtin.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { whileImporting } from "./lane_thread.ts";

let isAnswering = false;

/**
 * Imports a module of a package.
 *
 * @param url its absolute URL
 * @param type the only node type needed, if one
 * @returns its exports
 */
export function importModule(url: string, type?: string): Promise<object> {
  return whileImporting(url, () => importFrom(url, type));
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
