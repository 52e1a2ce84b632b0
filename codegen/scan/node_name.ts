/**
 * Registered names of node types: from annotations, or made from class names.
 *
 * @module
 */
import type { Node } from "ts-morph";
import { isTypeName, TYPE_NAME_LENGTH, TYPE_NAME_WANTED } from "../../core/registry/check_made_type.ts";
import type { ScanContext } from "./context.ts";
import type { OptionRule } from "./decorators.ts";

/** Option `name` of `@processor()`. */
export const NODE_NAME: OptionRule = { accepts: isTypeName, wanted: TYPE_NAME_WANTED };

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
  const found = name.length > TYPE_NAME_LENGTH ? `it would have ${name.length} characters` : `it would be "${name}"`;
  return context.refuse(
    at,
    `Cannot name a node type after class "${shorten(className)}": ${found}, wanted ${NODE_NAME.wanted}, of ` +
      `${TYPE_NAME_LENGTH} characters at most`,
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
  return name.length > TYPE_NAME_LENGTH ? `${name.slice(0, TYPE_NAME_LENGTH - 1)}…` : name;
}
