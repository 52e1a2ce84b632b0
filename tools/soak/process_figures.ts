/**
 * What the operating system says of this process. Linux only: elsewhere there are no files and threads, and the memory
 * is the whole resident size.
 *
 * @module
 */

/** Resident memory that no file backs, megabytes: pages of programs and libraries come and go as the machine likes. */
export function anonymousMb(): number {
  const line = readText("/proc/self/status")?.match(/^RssAnon:\s+(\d+) kB$/m);
  return line ? Number(line[1]) * 1_024 / 1e6 : Deno.memoryUsage().rss / 1e6;
}

/** Open file descriptors. */
export function countFiles(): number {
  return readNames("/proc/self/fd").length;
}

/** Threads, without those that Deno keeps at hand for blocking calls: they come and go. */
export function countThreads(): number {
  const names = readNames("/proc/self/task").map((id) => readText(`/proc/self/task/${id}/comm`));
  // One that has no name any more has ended since.
  return names.filter((name) => name !== undefined && !name.startsWith("tokio-runtime")).length;
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

function readNames(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}
