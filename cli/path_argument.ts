/**
 * The paths of a command line. Optique's own parser of paths loads `node:fs`, which takes a start 20 ms.
 *
 * @module
 */
import { message } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";

/**
 * Takes a path, whatever is there; a shell completes it with the names of files.
 *
 * @param metavar what stands for it in help texts
 */
export function path({ metavar }: { readonly metavar: ValueParser["metavar"] }): ValueParser<"sync", string> {
  return {
    mode: "sync",
    metavar,
    placeholder: ".",
    parse: (input) =>
      input.trim() === ""
        ? { success: false, error: message`Path must not be empty.` }
        : { success: true, value: input },
    format: (value) => value,
    *suggest(prefix) {
      const [name] = prefix.replace(/\/+$/, "").split("/").slice(-1);
      const includeHidden = name.startsWith(".") && name !== "..";
      yield { kind: "file", pattern: prefix, type: "any", includeHidden, description: message`File or directory` };
    },
  };
}
