/**
 * What Linux tells of this process in `/proc/self`.
 *
 * @module
 */

/** @returns a file of it; empty on other systems, and where it may not be read */
export function readOwnProc(name: "stat" | "status"): string {
  if (Deno.build.os !== "linux") return "";
  const path = `/proc/self/${name}`;
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return "";
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
