/**
 * Registered names of node types: from annotations, or made from class names.
 *
 * @module
 */
import type { Node } from "ts-morph";
import type { ScanContext } from "./context.ts";
import type { OptionRule } from "./decorators.ts";

/** Words of lower-case letters and digits, joined by `-`. */
const FORM = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Longest name, characters. */
const LENGTH_LIMIT = 64;

/** Option `name` of `@processor()`. */
export const NODE_NAME: OptionRule = {
  accepts: (value) => typeof value === "string" && value.length <= LENGTH_LIMIT && FORM.test(value),
  wanted: `words of lower-case letters and digits, joined by "-"`,
};

/**
 * The name that a class has without option `name`: its own in kebab case.
 *
 * @param at the class's name
 * @returns `undefined` if that is not a valid name
 */
export function nameAfterClass(context: ScanContext, at: Node): string | undefined {
  const className = at.getText();
  const name = kebabCase(className);
  if (NODE_NAME.accepts(name)) return name;
  const found = name.length > LENGTH_LIMIT ? `it would have ${name.length} characters` : `it would be "${name}"`;
  return context.refuse(
    at,
    `Cannot name a node type after class "${shorten(className)}": ${found}, wanted ${NODE_NAME.wanted}, of ` +
      `${LENGTH_LIMIT} characters at most`,
    `write "@processor({ name: "my-node" })", or rename the class`,
  );
}

/** `WavSource` becomes `wav-source`, `PCMSource` becomes `pcm-source`. */
function kebabCase(className: string): string {
  const words = className.replace(/[_$]+/g, "-").replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(
    /([A-Z])([A-Z][a-z])/g,
    "$1-$2",
  );
  return words.toLowerCase().replace(/^-+|-+$/g, "").replace(/-{2,}/g, "-");
}

function shorten(name: string): string {
  return name.length > LENGTH_LIMIT ? `${name.slice(0, LENGTH_LIMIT - 1)}…` : name;
}
