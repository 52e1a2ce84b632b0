/**
 * Lint rule `sluice-memory/no-bits-of-offsets`: no operator on bits is applied to an offset in an arena. The operators cut a
 * number down to 32 bits with a sign, so that an offset from 2 GiB on becomes the index of something else, in silence.
 * Offsets become indices by `index16()`, `index32()` and `index64()` of `core/element_index.ts`, and lengths in bytes
 * become counts by a division.
 *
 * Two things are taken for it: a shift by 1, 2 or 3, which is what turns bytes into elements and back, unless it is of
 * a constant of the layout (`SLOT.generation >> 2`) or of a constant in a function that only counts bits; and any such
 * operator beside something whose name says that it is an offset, an address or a place.
 *
 * @module
 */
import { ROOT } from "../root.ts";

/** Folders in which offsets become indices. */
const FOLDERS: readonly string[] = ["core/", "ffi/", "control/", "processors/", "codegen/emit/"];

/** Functions that work on the bits of a word: no offset comes there. */
const OF_BITS: ReadonlySet<string> = new Set(["countBits"]);

const SHIFTS: ReadonlySet<string> = new Set([">>", ">>>", "<<", ">>=", ">>>=", "<<="]);

const OPERATORS: ReadonlySet<string> = new Set([...SHIFTS, "|", "&", "^", "|=", "&=", "^="]);

/** Steps of a shift between bytes and elements of 2, 4 and 8 bytes. */
const ELEMENT_STEPS: readonly unknown[] = [1, 2, 3];

/** Names of what is counted in bytes or in elements from the start of an arena. */
const PLACE = /[oO]ffset|[aA]ddress|[bB]yteLength|[bB]ytes$|^#?at(8|16|32|64)?$|At(8|16|32|64)?$|^headerAt$/;

/** Names that end alike and are not offsets. */
const NO_PLACE = /^(charCodeAt|codePointAt)$/;

/** The plugin that `deno lint` loads. */
const plugin: Deno.lint.Plugin = {
  name: "sluice-memory",
  rules: {
    "no-bits-of-offsets": {
      create(context): Deno.lint.LintVisitor {
        if (!concerns(context.filename)) return {};
        const report = (node: Deno.lint.Node, operator: string) =>
          context.report({
            node,
            message: `"${operator}" cuts an offset down to 32 bits`,
            hint: "Use index16(), index32() or index64() of core/element_index.ts; for counts divide",
          });
        const look = (node: Deno.lint.Node, operator: string, left: Deno.lint.Node, right: Deno.lint.Node) => {
          if (!OPERATORS.has(operator)) return;
          if (SHIFTS.has(operator) && isElementStep(right)) {
            if (!isLayoutConstant(left) && !countsBits(node)) report(node, operator);
          } else if (namesPlace(left) || namesPlace(right)) report(node, operator);
        };
        return {
          BinaryExpression(node): void {
            look(node, node.operator, node.left, node.right);
          },
          AssignmentExpression(node): void {
            look(node, node.operator, node.left, node.right);
          },
          UnaryExpression(node): void {
            if (node.operator === "~" && namesPlace(node.argument)) report(node, "~");
          },
        };
      },
    },
  },
};

export default plugin;

function concerns(filename: string): boolean {
  const slashes = filename.replaceAll("\\", "/");
  const root = ROOT.replaceAll("\\", "/");
  const path = slashes.startsWith(root) ? slashes.slice(root.length) : slashes;
  return FOLDERS.some((folder) => path.startsWith(folder)) && !/_(test|bench)\.ts$/.test(path);
}

function isElementStep(node: Deno.lint.Node): boolean {
  return node.type === "Literal" && ELEMENT_STEPS.includes(node.value);
}

/** `SLOT.generation`: a number of the generated layout, far below 2 GiB. */
function isLayoutConstant(node: Deno.lint.Node): boolean {
  return node.type === "MemberExpression" && !node.computed && node.object.type === "Identifier" &&
    /^[A-Z]+$/.test(node.object.name);
}

/** Whether what is worked on, as far as it is arithmetic, has a part whose name says that it is a place in memory. */
function namesPlace(node: Deno.lint.Node): boolean {
  switch (node.type) {
    case "Identifier":
    case "PrivateIdentifier":
      return PLACE.test(node.name) && !NO_PLACE.test(node.name);
    case "MemberExpression":
      // An element of an array is what lies at the place.
      return !node.computed && !isLayoutConstant(node) && namesPlace(node.property);
    case "CallExpression":
      return namesPlace(node.callee);
    case "BinaryExpression":
      return namesPlace(node.left) || namesPlace(node.right);
    case "TSNonNullExpression":
    case "TSAsExpression":
      return namesPlace(node.expression);
    default:
      return false;
  }
}

/** Whether a function of {@linkcode OF_BITS} is around it. */
function countsBits(node: Deno.lint.Node): boolean {
  for (let at: Deno.lint.Node | undefined = node; at !== undefined && at !== null; at = parentOf(at)) {
    if (at.type === "FunctionDeclaration") return at.id !== null && OF_BITS.has(at.id.name);
  }
  return false;
}

function parentOf(node: Deno.lint.Node): Deno.lint.Node | undefined {
  return (node as { readonly parent?: Deno.lint.Node }).parent;
}
