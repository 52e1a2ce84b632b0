/**
 * Chooses the code of worker lanes for a program that runs from the sources: the bundle, which starts in about half the
 * time, or the sources too. The modules of node types get the bundle's classes there: they import public modules alone.
 *
 * @module
 */
import { bundle } from "./bundle.ts";
import { BUNDLE_FOLDER, findChangedSources } from "./bundle_state.ts";

/** Sources that no lane runs, although the bundle has them. */
const NOT_OF_LANES = /^(?:cli|codegen|control(?!\/taps\/)|tools)\//;

let isBundled: boolean | undefined;

/**
 * Returns the URL of the bundle's module of worker lanes; `undefined` if they run the same code as this thread.
 * Constant for all lanes of a program, because the check of the bundle takes about a tenth of a lane's start.
 */
export function bundledLane(): URL | undefined {
  if (bundle !== undefined) return undefined;
  isBundled ??= mayRead(BUNDLE_FOLDER) &&
    findChangedSources(BUNDLE_FOLDER, 1, (path) => !NOT_OF_LANES.test(path))?.length === 0;
  return isBundled ? new URL("lane_worker.js", BUNDLE_FOLDER) : undefined;
}

/** Checks the bundle anew for lanes that start later, after a change of code. */
export function lookAgainForLanes(): void {
  isBundled = undefined;
}

/** True if the folder may be read. Never prompts. */
function mayRead(folder: URL): boolean {
  if (folder.protocol !== "file:") return true;
  return Deno.permissions.querySync({ name: "read", path: folder }).state === "granted";
}
