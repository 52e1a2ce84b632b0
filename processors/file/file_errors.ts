/**
 * The error for a file that cannot be opened.
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";

/**
 * Makes the error for a file that cannot be opened.
 *
 * @param action what was attempted
 * @param path as the user gave it
 * @param cause what the system threw, or what the path is instead of a file
 * @param details fields of the error, such as the configuration key
 * @returns an `InvalidConfig` error that names the path, the reason and the mend
 */
export function openError(
  action: "read" | "write",
  path: string,
  cause: unknown,
  details: SluiceErrorDetails = {},
): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot ${action} ${JSON.stringify(path)}: ${reasonOf(action, path, cause)}`,
    cause instanceof Error ? { ...details, cause } : details,
  );
}

function reasonOf(action: "read" | "write", path: string, cause: unknown): string {
  if (cause === "directory") return "it is a directory, wanted a file";
  if (cause === "link") return "it is a symbolic link, wanted a file or nothing: remove the link";
  if (cause === "special") return "it is not a regular file (a pipe, socket or device), wanted a file";
  if (cause instanceof Deno.errors.NotCapable) {
    return `Deno has no permission to ${action} it: start it with --allow-${action}`;
  }
  if (cause instanceof Deno.errors.NotFound) {
    if (path.startsWith("~/")) return 'only a shell replaces "~": write out the path of the home directory';
    return action === "read"
      ? "there is no such file; a relative path starts at the working directory"
      : "its directory does not exist: make it first; a relative path starts at the working directory";
  }
  if (cause instanceof Deno.errors.PermissionDenied) return `the system denies permission to ${action} it`;
  if (cause instanceof Deno.errors.NotADirectory) return "a part of the path is a file, wanted a directory";
  return cause instanceof Error ? cause.message : String(cause);
}
