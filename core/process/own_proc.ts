/**
 * Reads the facts about this process in Linux's `/proc/self`.
 *
 * @module
 */

/** @returns the text of a file; empty on other systems, and if it is unreadable */
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
