/**
 * Ends the process from another thread while the main thread may be held: in a worker, `Deno.exit()` ends only the
 * worker.
 *
 * @module
 */

/** The system library with the function that ends a process at once, by system. */
const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  darwin: "/usr/lib/libSystem.B.dylib",
  linux: "libc.so.6",
};

/** True if {@linkcode endProcess} is permitted to end the process. */
export function canEndProcess(): boolean {
  return isGranted({ name: "run" }) || isGranted({ name: "ffi" });
}

/**
 * Ends the process at once, whatever it is doing.
 *
 * @param code its exit code; without `--allow-ffi`, that of SIGKILL
 */
export function endProcess(code: number): void {
  const path = LIBRARIES[Deno.build.os];
  if (path !== undefined && isGranted({ name: "ffi" })) {
    try {
      Deno.dlopen(path, { _exit: { parameters: ["i32"], result: "void" } }).symbols._exit(code);
    } catch {
      // The system has another C library.
    }
  }
  // On Windows, this gives exit code 1.
  Deno.kill(Deno.pid, "SIGKILL");
}

function isGranted(wanted: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(wanted).state === "granted";
}
