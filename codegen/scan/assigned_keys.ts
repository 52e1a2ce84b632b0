/**
 * What changes configuration keys while an instance is made: it would be their default, and is not known.
 *
 * @module
 */
import { ts } from "ts-morph";
import { type InstanceUse, isAssignment, memberName, outermost, usesOfInstance } from "./construction.ts";
import type { ScanContext } from "./context.ts";
import type { ClassChain } from "./fields.ts";

/** Functions that set a member of their first argument. */
const SETTERS = /^(?:globalThis\.)?(?:Reflect\.set|Reflect\.defineProperty|Object\.defineProperty)$/;

const ASSIGN = /^(?:globalThis\.)?Object\.assign$/;

/** Methods of lists that change them. */
const CHANGING: ReadonlySet<string> = new Set(
  "push pop shift unshift splice sort reverse fill copyWithin".split(" "),
);

const HANDED_ON = "it hands on the instance";

const UNNAMED = "it uses a member whose name is not written there";

/** What a use of the instance does: it changes a key, may change any, or changes none. */
type Effect = { readonly key: string; readonly node: ts.Node } | typeof HANDED_ON | typeof UNNAMED | "none";

/** Refuses what changes configuration keys while an instance is made, and warns of what may. */
export function checkAssignments(context: ScanContext, chain: ClassChain, keys: ReadonlySet<string>): void {
  if (keys.size === 0) return;
  for (const use of usesOfInstance(chain)) {
    const effect = effectOf(use, keys);
    if (effect === "none") continue;
    const node = typeof effect === "string" ? use.node : effect.node;
    const refuse = (message: string, mend: string, severity: "error" | "warning") =>
      context.refuseRange(use.owner, node.getStart(), node.getEnd(), message, mend, severity);
    if (typeof effect === "string") {
      refuse(
        `Cannot see whether ${use.where} changes the default of a configuration key: ${effect}`,
        "use the members that are needed by name, or do this in setup()",
        "warning",
      );
    } else {
      refuse(
        `Cannot know the default of configuration key "${effect.key}": ${use.where} assigns it`,
        "write the default where the field is declared, and what depends on it in setup()",
        "error",
      );
    }
  }
}

function effectOf({ node }: InstanceUse, keys: ReadonlySet<string>): Effect {
  const object = outermost(node);
  const { parent } = object;
  const name = memberName(parent, object);
  if (name !== undefined) return keys.has(name) ? changeOf(parent, name) : "none";
  if (ts.isElementAccessExpression(parent) && parent.expression === object) {
    const isCalled = ts.isCallExpression(outermost(parent).parent);
    return isCalled || changeOf(parent, "") !== "none" ? UNNAMED : "none";
  }
  if (ts.isCallExpression(parent)) return effectOfCall(parent, object, keys);
  return isRead(object, parent) ? "none" : HANDED_ON;
}

/** What changes a member, or something in it: an assignment, with patterns, `++`, `delete`, and the head of a loop. */
function changeOf(member: ts.Node, key: string): Effect {
  let isPattern = false;
  for (let at = outermost(member);; at = outermost(at)) {
    const { parent } = at;
    if (ts.isBinaryExpression(parent)) {
      if (!isAssignment(parent) || parent.left !== at) return "none";
      return { key, node: parent };
    }
    if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
      const isStep = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken].includes(parent.operator);
      return isStep ? { key, node: parent } : "none";
    }
    if (ts.isDeleteExpression(parent)) return { key, node: parent };
    if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) {
      return parent.initializer === at ? { key, node: at } : "none";
    }
    if (ts.isPropertyAssignment(parent) || ts.isSpreadAssignment(parent)) {
      isPattern = true;
      at = parent.parent;
    } else if (ts.isArrayLiteralExpression(parent) || ts.isSpreadElement(parent)) {
      isPattern = true;
      at = parent;
    } else {
      if (ts.isCallExpression(parent) && parent.arguments[0] === at && !isPattern && isSetter(parent)) {
        return { key, node: parent };
      }
      const isInside = (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) &&
        parent.expression === at && !isPattern;
      if (!isInside) return "none";
      const call = outermost(parent).parent;
      if (ts.isCallExpression(call) && call.expression === outermost(parent)) {
        return CHANGING.has(memberName(parent, at) ?? "") ? { key, node: call } : "none";
      }
      at = parent;
    }
  }
}

/** Whether a call changes its first argument. */
function isSetter(call: ts.CallExpression): boolean {
  const callee = calleeOf(call);
  return SETTERS.test(callee) || ASSIGN.test(callee);
}

function calleeOf({ expression }: ts.CallExpression): string {
  return expression.getText().replace(/\?\.|\s*\.\s*/g, ".");
}

/** What a call changes that is given the instance. */
function effectOfCall(call: ts.CallExpression, given: ts.Node, keys: ReadonlySet<string>): Effect {
  const callee = calleeOf(call);
  const [target, ...rest] = call.arguments;
  if (target !== given) return HANDED_ON;
  if (callee.endsWith(".bind")) return "none";
  if (SETTERS.test(callee)) {
    const [name] = rest;
    if (name === undefined || !ts.isStringLiteralLike(name)) return HANDED_ON;
    return keys.has(name.text) ? { key: name.text, node: call } : "none";
  }
  if (!ASSIGN.test(callee)) return HANDED_ON;
  for (const source of rest) {
    // What is no literal may have any key.
    if (!ts.isObjectLiteralExpression(source)) return { key: [...keys][0], node: call };
    for (const { name } of source.properties) {
      if (name === undefined || ts.isComputedPropertyName(name)) return { key: [...keys][0], node: call };
      if (keys.has(name.text)) return { key: name.text, node: call };
    }
  }
  return "none";
}

/** Whether the instance is only looked at: compared, copied, or taken apart. */
function isRead(object: ts.Node, parent: ts.Node): boolean {
  if (ts.isBinaryExpression(parent)) {
    return !isAssignment(parent) && !/^(?:[|&]{2}|\?\?|,)$/.test(parent.operatorToken.getText()) ||
      parent.right === object && ts.isObjectLiteralExpression(parent.left);
  }
  if (ts.isVariableDeclaration(parent)) return ts.isObjectBindingPattern(parent.name);
  return ts.isTypeOfExpression(parent) || ts.isSpreadAssignment(parent) || ts.isExpressionStatement(parent) ||
    ts.isVoidExpression(parent) || ts.isForInStatement(parent) && parent.expression === object;
}
