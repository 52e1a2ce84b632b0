/**
 * Paths inside a package: relative, with `/` between parts, and independent of the working directory.
 *
 * @module
 */
import { posix, relative } from "node:path";

/**
 * The import specifier by which one file reaches another. It is a URL, in which some characters of paths have another
 * meaning.
 *
 * @param from path of the importing file; not above the package's root
 * @param to path of the other file, relative to the same root
 * @returns a path that starts with `./` or `../`
 */
export function relativeSpecifier(from: string, to: string): string {
  // deno-lint-ignore no-control-regex
  return relativePath(from, to).replace(/[%#?\\\x00-\x1f\x7f]/g, encodeURIComponent);
}

/** The path of a relative import specifier, still relative. */
export function pathOfSpecifier(specifier: string): string {
  return specifier.replace(/%(?:[01][0-9a-f]|20|23|25|3f|5c|7f)/gi, decodeURIComponent);
}

/** A file's path relative to the package's root; both absolute. */
export function localPath(root: string, path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}

/** The file system path by which one file reaches another; as for {@linkcode relativeSpecifier}. */
export function relativePath(from: string, to: string): string {
  const folders = parts(posix.dirname(from));
  const target = parts(to);
  let common = 0;
  while (common < folders.length && common < target.length - 1 && folders[common] === target[common]) common++;
  const up = folders.slice(common).map(() => "..");
  const path = [...up, ...target.slice(common)].join("/");
  return path.startsWith("../") ? path : `./${path}`;
}

function parts(path: string): string[] {
  return posix.normalize(path).split("/").filter((part) => part !== "." && part !== "");
}
