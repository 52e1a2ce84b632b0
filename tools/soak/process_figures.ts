/**
 * What the operating system says of this process. Linux only: elsewhere there are no files and threads, and the memory
 * is the whole resident size.
 *
 * @module
 */

/**
 * From glibc: `mallinfo2()` gives ten numbers, among them the bytes in use from arenas and from mappings of their own;
 * `malloc_trim(0)` gives pages that are free back to the system.
 */
const SYMBOLS = {
  malloc_trim: { parameters: ["usize"], result: "i32" },
  mallinfo2: { parameters: [], result: { struct: Array.from({ length: 10 }, () => "usize" as const) } },
} as const;
const HBLKHD = 4;
const UORDBLKS = 7;

const libc = Deno.build.os === "linux" ? openLibc() : undefined;

/** What native code has allocated and not freed, megabytes; 0 where the C library does not tell. */
export function nativeMb(): number {
  if (libc === undefined) return 0;
  const info = new BigUint64Array(libc.symbols.mallinfo2().slice().buffer);
  return Number(info[HBLKHD] + info[UORDBLKS]) / 1e6;
}

/** Gives what native code has freed back to the system, page by page. */
export function giveFreeBack(): void {
  libc?.symbols.malloc_trim(0n);
}

/**
 * Resident memory that no file on a disk backs, megabytes, with that of the arenas and with what was swapped out: pages
 * of programs and libraries come and go as the machine likes. Counted page by page, since the sums in `/proc/self/status`
 * are off by megabytes.
 */
export function residentMb(): number {
  const lines = [
    ...(readText("/proc/self/smaps_rollup") ?? "").matchAll(/^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+) kB$/gm),
  ];
  const kib = lines.reduce((sum, [, count]) => sum + Number(count), 0);
  return lines.length > 0 ? kib * 1_024 / 1e6 : Deno.memoryUsage().rss / 1e6;
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

function openLibc(): Deno.DynamicLibrary<typeof SYMBOLS> | undefined {
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS);
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
