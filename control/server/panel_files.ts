/**
 * The modules by which plugins show their nodes on the page. Only those that plugins name in their `plugin.toml` are
 * served, by the type of the node: no part of a path leads to a file.
 *
 * @module
 */
import { nativeStage } from "../../core/registry/shipped_stage.ts";

/**
 * The module of a node type.
 *
 * @param name its type with `.js` behind it
 * @returns `undefined` if its plugin has none, or has lost it
 */
export async function servePanel(name: string): Promise<Response | undefined> {
  const { panel } = nativeStage(name.replace(/\.js$/, ""));
  if (panel === undefined) return undefined;
  try {
    const headers = { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" };
    return new Response(await Deno.readFile(panel), { headers });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}
