/**
 * The standard node types, each in a module of its own, for the bundle: a lane loads those that it is to run. All of them
 * in one module would take a lane longer to load than everything else.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** The module that has all of them, whose text {@linkcode bundledNode} takes apart. */
export const NODES = "sluice.gen.ts";

/** Stands before what belongs to one type. */
const SECTION = /^\/\*\* The ports of `([\w-]+)`\. \*\/$/m;

/** Stands behind the last type. */
const END = /^\/\*\* The node types of this package, by name\./m;

const DEFINED = /^export const (\w+)[^=]* = defineNodeType</m;
const IMPORTED_PROCESSOR = /await import\(("[^"]+")\)/;

let sections: { readonly head: string; readonly types: ReadonlyMap<string, string> } | undefined;

/** The names of the standard node types. */
export function listBundledNodes(): string[] {
  return [...takeApart().types.keys()];
}

/**
 * A module of the package that has one node type alone. The processor comes with it, since it will be wanted.
 *
 * @returns TypeScript, as it would stand in {@linkcode NODES}
 */
export function bundledNode(type: string): string {
  const { head, types } = takeApart();
  const section = types.get(type)!;
  const [, constant] = DEFINED.exec(section)!;
  const [, processor] = IMPORTED_PROCESSOR.exec(section)!;
  const [, name] = /^ {2}name: ("[^"]+"),$/m.exec(Deno.readTextFileSync(ROOT + NODES))!;
  const body = section.replace(IMPORTED_PROCESSOR, "processorModule");
  const imports = head.match(/^import (?!type\b)[^;]+;$/gm)!.filter((each) =>
    each.includes("definePackage") || isUsed(/(\w+)(?: })? from/.exec(each)![1], body)
  );
  return `${imports.join("\n")}
import * as processorModule from ${processor};
${body.replaceAll(/^export /gm, "")}
export const nodePackage = definePackage({ name: ${name}, url: import.meta.url, nodes: [${constant}], sources: {} });
`.replaceAll(/from "\.\//g, `from "${ROOT}`);
}

function isUsed(name: string, code: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(code);
}

function takeApart(): NonNullable<typeof sections> {
  if (sections !== undefined) return sections;
  const [text] = Deno.readTextFileSync(ROOT + NODES).split(END);
  const [head, ...parts] = text.split(SECTION);
  const types = new Map<string, string>();
  for (let k = 0; k < parts.length; k += 2) types.set(parts[k], parts[k + 1]);
  return sections = { head, types };
}
