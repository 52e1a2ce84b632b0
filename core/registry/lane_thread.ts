/**
 * Whether this is the thread of a worker lane, and what it imports. A lane imports the modules of packages; one of them
 * may be the program itself, which would start its graph in each lane, whose lanes would import it again.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

let isLaneThread = false;

/** URLs of the modules of packages that are being imported. */
const importing = new Set<string>();

/** From now on this is the thread of a worker lane. */
export function enterLaneThread(): void {
  isLaneThread = true;
}

/** Does what imports a module of a package. */
export async function whileImporting<T>(url: string, load: () => Promise<T>): Promise<T> {
  importing.add(url);
  try {
    return await load();
  } finally {
    importing.delete(url);
  }
}

/**
 * Refuses what only the program's own threads may do.
 *
 * @param attempt what that is: `start`
 * @throws {SluiceError} `InvalidGraph`, with the module that the lane imports, if it is the only one
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
