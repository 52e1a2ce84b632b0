/**
 * What the operating system says of this process. Linux only: elsewhere there are no files and threads, and the memory
 * is the whole resident size.
 *
 * @module
 */

const libc = Deno.build.os === "linux" ? openLibc() : undefined;

/**
 * Gives memory that is free back to the system: what threads that come and go leave in pieces between memory in use
 * would look like growth.
 */
export function trimMemory(): void {
  libc?.symbols.malloc_trim(0n);
}

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

function openLibc(): Deno.DynamicLibrary<{ malloc_trim: { parameters: ["usize"]; result: "i32" } }> | undefined {
  try {
    return Deno.dlopen("libc.so.6", { malloc_trim: { parameters: ["usize"], result: "i32" } });
  } catch {
    // Another C library.
    return undefined;
  }
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
