/**
 * Records whether this is the thread of a worker lane, and the modules that it imports. A lane imports the modules of
 * packages; one of them may be the program itself, which would start its graph in each lane, whose lanes would import
 * it again.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

let isLaneThread = false;

/** URLs of the modules of packages whose import is running. */
const importing = new Set<string>();

/** Marks this thread as that of a worker lane. */
export function enterLaneThread(): void {
  isLaneThread = true;
}

/** Runs the import of a package's module. */
export async function whileImporting<T>(url: string, load: () => Promise<T>): Promise<T> {
  importing.add(url);
  try {
    return await load();
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
