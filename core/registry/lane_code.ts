/**
 * Which code the worker lanes of a program run that runs from the sources: the bundle, which starts in about half the time,
 * or the sources too. The modules of node types get the bundle's classes there: they import public modules alone.
 *
 * @module
 */
import { bundle } from "./bundle.ts";
import { BUNDLE_FOLDER, findChangedSources } from "./bundle_state.ts";

/** Sources that no lane runs, though they are in the bundle. */
const NOT_OF_LANES = /^(?:cli|codegen|control|tools)\//;

let isBundled: boolean | undefined;

/**
 * URL of the bundle's module of worker lanes; `undefined` where they run the code that runs here. It is the same for all
 * lanes of a program: to look whether the bundle is as the sources are takes about a tenth of a lane's start.
 */
export function bundledLane(): URL | undefined {
  if (bundle !== undefined) return undefined;
  isBundled ??= mayRead(BUNDLE_FOLDER) &&
    findChangedSources(BUNDLE_FOLDER, 1, (path) => !NOT_OF_LANES.test(path))?.length === 0;
  return isBundled ? new URL("lane_worker.js", BUNDLE_FOLDER) : undefined;
}

/** Code has changed, and lanes that start from now on are to run it: looks again. */
export function lookAgainForLanes(): void {
  isBundled = undefined;
}

/** Nobody is asked. */
function mayRead(folder: URL): boolean {
  if (folder.protocol !== "file:") return true;
  return Deno.permissions.querySync({ name: "read", path: folder }).state === "granted";
}
