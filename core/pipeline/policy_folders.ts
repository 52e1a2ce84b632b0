/**
 * The folders in which graphs from outside may name files. Looks a path up part by part, so that the answer reveals
 * nothing about files behind a link that leads outside.
 *
 * @module
 */
import { isAbsolute, join, relative } from "node:path";
import { SluiceError } from "../errors.ts";

/** A scheme, or the letter of a drive. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Folders, each with all files and folders below it. */
export class PolicyFolders {
  readonly #roots: readonly string[];

  /**
   * @param paths relative to the current directory
   * @param attempt the start of messages
   * @throws {SluiceError} `InvalidConfig` for a path that is not a folder
   */
  constructor(paths: readonly string[], attempt: string) {
    this.#roots = paths.map((path) => {
      try {
        const root = Deno.realPathSync(path);
        // Nodes replace %d by numbers, also in the name of a folder.
        if (!root.includes("%") && Deno.statSync(root).isDirectory) return root;
      } catch {
        // Reported below.
      }
      throw new SluiceError(
        "InvalidConfig",
        `${attempt}: "${path}" in "roots" is no folder that can be read, or has "%" in its path`,
        {
          key: "roots",
        },
      );
    });
  }

  /**
   * Returns the file of a path: in the first folder that has the file, else in the first that has the file's folder.
   *
   * @returns an absolute path without links; `undefined` for a path that is not admitted
   */
  find(path: string): string | undefined {
    if (isAbsolute(path) || SCHEME.test(path) || /[\\\0]/.test(path)) return undefined;
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.length === 0 || parts.includes("..") || parts.slice(0, -1).some((part) => part.includes("%"))) {
      return undefined;
    }
    const found = this.#roots.map((root) => this.#follow(root, parts));
    if (found.some((each) => each === "outside")) return undefined;
    const files = found.filter((each) => each !== "missing") as { path: string; isThere: boolean }[];
    return (files.find(({ isThere }) => isThere) ?? files[0])?.path;
  }

  #follow(root: string, parts: readonly string[]): { path: string; isThere: boolean } | "outside" | "missing" {
    let at = root;
    for (const [index, part] of parts.entries()) {
      const next = join(at, part);
      const isLast = index === parts.length - 1;
      try {
        // A name with a number may mean any file of the folder.
        if (isLast && part.includes("%") && !this.#hasOwnFilesOnly(at)) return "outside";
        const { isSymlink } = Deno.lstatSync(next);
        if (isSymlink && !this.#leadsInside(next)) return "outside";
        at = isSymlink ? Deno.realPathSync(next) : next;
        if (!isLast && !Deno.statSync(at).isDirectory) return "missing";
      } catch (error) {
        return isLast && error instanceof Deno.errors.NotFound ? { path: next, isThere: false } : "missing";
      }
    }
    return { path: at, isThere: true };
  }

  #hasOwnFilesOnly(folder: string): boolean {
    for (const { name, isSymlink } of Deno.readDirSync(folder)) {
      if (isSymlink && !this.#leadsInside(join(folder, name))) return false;
    }
    return true;
  }

  /** True if a link leads inside. A broken link does not. */
  #leadsInside(link: string): boolean {
    try {
      const path = Deno.realPathSync(link);
      return this.#roots.some((root) => {
        const way = relative(root, path);
        return !isAbsolute(way) && way.split(/[\\/]/)[0] !== "..";
      });
    } catch {
      return false;
    }
  }
}
