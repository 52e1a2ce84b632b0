/**
 * The end of the process from a thread beside the main thread, which may be held: `Deno.exit()` ends a worker only.
 *
 * @module
 */

/** Where the system has the function that ends a process at once. */
const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  darwin: "/usr/lib/libSystem.B.dylib",
  linux: "libc.so.6",
};

/** Whether {@linkcode endProcess} may do that. */
export function canEndProcess(): boolean {
  return isGranted({ name: "run" }) || isGranted({ name: "ffi" });
}

/**
 * Ends the process at once, whatever is under way.
 *
 * @param code its exit code; without `--allow-ffi`, that of SIGKILL
 */
export function endProcess(code: number): void {
  const path = LIBRARIES[Deno.build.os];
  if (path !== undefined && isGranted({ name: "ffi" })) {
    try {
      Deno.dlopen(path, { _exit: { parameters: ["i32"], result: "void" } }).symbols._exit(code);
    } catch {
      // Another C library.
    }
  }
  // On Windows, 1 is the exit code that this gives.
  Deno.kill(Deno.pid, "SIGKILL");
}

function isGranted(wanted: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(wanted).state === "granted";
}
