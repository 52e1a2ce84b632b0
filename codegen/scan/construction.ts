/**
 * The code of a class that runs while an instance is made: constructors, what fields start with, functions that are
 * made there, and the methods that these call. A function that is put into a field or a property runs later, unless
 * it is called there.
 *
 * @module
 */
import { type ClassDeclaration, type Node, ts } from "ts-morph";
import type { ClassChain } from "./fields.ts";
import { walk } from "./walk.ts";

/** A `this`, or the `super` of `super.name`, in code that runs while an instance is made. */
export interface InstanceUse {
  readonly node: ts.Node;
  /** Whose file it stands in. */
  readonly owner: Node;
  /** The code it stands in, as messages name it. */
  readonly where: string;
}

/** Code that runs, with the place of its class in the chain. */
interface Code {
  readonly root: ts.Node;
  readonly at: number;
  readonly where: string;
}

/** Finds all uses of the instance while it is made. */
export function* usesOfInstance({ classes }: ClassChain): Generator<InstanceUse> {
  const waiting = classes.flatMap(startOf);
  const known = new Set<ts.Node>();
  /** Functions that are put into fields and properties, and those of these that are called, by name. */
  const stored = new Map<string, Code[]>();
  const called = new Set<string>();
  /** Members that were looked for, with how. */
  const sought = new Set<string>();
  for (let code = waiting.pop(); code !== undefined; code = waiting.pop()) {
    if (known.has(code.root)) continue;
    known.add(code.root);
    const { root, at } = code;
    for (const node of walk(root, (each) => each === root || runsWith(each))) {
      if (node !== root && (ts.isArrowFunction(node) || ts.isFunctionExpression(node))) {
        const name = placeOf(node);
        if (name === undefined) continue;
        const later = { root: node, at, where: whileMade(`${name}()`) };
        const others = stored.get(name);
        if (others === undefined) stored.set(name, [later]);
        else others.push(later);
        if (called.has(name)) waiting.push(later);
        continue;
      }
      if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
        const name = memberName(node, node.expression);
        if (name === undefined || called.has(name) || !isCalled(node)) continue;
        called.add(name);
        waiting.push(...stored.get(name) ?? []);
      }
      if (node.kind !== ts.SyntaxKind.ThisKeyword && node.kind !== ts.SyntaxKind.SuperKeyword) continue;
      const object = outermost(node);
      const isSuper = node.kind === ts.SyntaxKind.SuperKeyword;
      if (isSuper && ts.isCallExpression(object.parent)) continue;
      yield { node, owner: classes[at], where: code.where };
      for (const name of namesOf(object).filter((each) => each !== undefined)) {
        const from = isSuper ? at + 1 : name.startsWith("#") ? at : 0;
        const isCall = isCalled(object.parent);
        if (sought.has(`${from} ${isCall} ${name}`)) continue;
        sought.add(`${from} ${isCall} ${name}`);
        waiting.push(...membersThatRun(classes, from, name, isCall));
      }
    }
  }
}

/** The largest expression that is the same value: with brackets and types around it. */
export function outermost(node: ts.Node): ts.Node {
  let at = node;
  while (
    ts.isParenthesizedExpression(at.parent) || ts.isAsExpression(at.parent) || ts.isSatisfiesExpression(at.parent) ||
    ts.isTypeAssertionExpression(at.parent) || ts.isNonNullExpression(at.parent) ||
    (ts.isBinaryExpression(at.parent) && at.parent.operatorToken.kind === ts.SyntaxKind.CommaToken &&
      at.parent.right === at)
  ) at = at.parent;
  return at;
}

/** The name of what is read or written of an object; `undefined` if it is no access to it, or has no fixed name. */
export function memberName(access: ts.Node, object: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(access) && access.expression === object) return access.name.text;
  if (!ts.isElementAccessExpression(access) || access.expression !== object) return undefined;
  const argument = access.argumentExpression;
  return ts.isStringLiteralLike(argument) ? argument.text : undefined;
}

/** Whether a binary expression changes what stands on its left. */
export function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** Whether a function is called; `f.bind(this)` that is not put into a field counts, since somebody may call it. */
function isCalled(access: ts.Node): boolean {
  const callee = outermost(access);
  const { parent } = callee;
  if (ts.isCallExpression(parent)) return parent.expression === callee;
  if (ts.isTaggedTemplateExpression(parent)) return parent.tag === callee;
  if (memberName(parent, callee) !== "bind") return false;
  const call = outermost(parent).parent;
  return ts.isCallExpression(call) && (!isKept(call) || isCalled(call));
}

/** Constructors and what the fields of instances start with. */
function startOf(declaration: ClassDeclaration, at: number): Code[] {
  const codes: Code[] = [];
  for (const member of declaration.compilerNode.members) {
    if (ts.isConstructorDeclaration(member)) codes.push({ root: member, at, where: "a constructor" });
    if (!ts.isPropertyDeclaration(member) || member.initializer === undefined || isStatic(member)) continue;
    const value = member.initializer;
    const isFunction = ts.isArrowFunction(value) || ts.isFunctionExpression(value);
    if (!isFunction) codes.push({ root: value, at, where: `what "${nameOf(member)}" starts with` });
  }
  return codes.filter(({ root }) => /\b(?:this|super)\b/.test(root.getText()));
}

/** The methods, accessors and functions in fields that an access runs: those of the last class that has the name. */
function membersThatRun(
  classes: readonly ClassDeclaration[],
  from: number,
  name: string,
  isCalled: boolean,
): Code[] {
  for (let at = from; at < classes.length; at++) {
    const members = classes[at].compilerNode.members.filter((each) => nameOf(each) === name && !isStatic(each));
    if (members.length === 0) continue;
    return members.flatMap((member) => {
      if (ts.isAccessor(member)) return [{ root: member, at, where: whileMade(name) }];
      if (!isCalled) return [];
      const root = ts.isPropertyDeclaration(member) ? member.initializer : member;
      return root === undefined ? [] : [{ root, at, where: whileMade(`${name}()`) }];
    });
  }
  return [];
}

/** Whether what stands in a node has the same `this`, and runs with it. */
function runsWith(node: ts.Node): boolean {
  if (ts.isArrowFunction(node)) return !isKept(node);
  return !(ts.isFunctionLike(node) || ts.isClassLike(node));
}

/** Whether a function is put into a field or a property. */
function isKept(node: ts.Node): boolean {
  const value = outermost(node);
  const { parent } = value;
  if (ts.isPropertyDeclaration(parent)) return true;
  if (ts.isBinaryExpression(parent)) {
    return parent.right === value && isAssignment(parent) &&
      (ts.isPropertyAccessExpression(parent.left) || ts.isElementAccessExpression(parent.left));
  }
  if (ts.isPropertyAssignment(parent)) return isKept(parent.parent);
  return ts.isArrayLiteralExpression(parent) && isKept(parent);
}

/** The name of the field or property that a function is put into. */
function placeOf(node: ts.Node): string | undefined {
  const { parent } = outermost(node);
  if (!isKept(node)) return undefined;
  if (ts.isPropertyAssignment(parent)) return textOf(parent.name);
  if (!ts.isBinaryExpression(parent)) return undefined;
  const { left } = parent;
  const isMember = ts.isPropertyAccessExpression(left) || ts.isElementAccessExpression(left);
  return isMember ? memberName(left, left.expression) : undefined;
}

/** The members of the instance that an expression names: one, or those of a pattern. */
function namesOf(object: ts.Node): (string | undefined)[] {
  const { parent } = object;
  if (ts.isBinaryExpression(parent) && parent.right === object && ts.isObjectLiteralExpression(parent.left)) {
    return parent.left.properties.map(({ name }) => name && textOf(name));
  }
  if (!ts.isVariableDeclaration(parent) || !ts.isObjectBindingPattern(parent.name)) return [memberName(parent, object)];
  return parent.name.elements.map(({ propertyName, name }) => propertyName === undefined ? name : propertyName).map(
    textOf,
  );
}

function whileMade(name: string): string {
  return `"${name}", which runs while an instance is made,`;
}

function isStatic(member: ts.ClassElement): boolean {
  return ts.canHaveModifiers(member) &&
    member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
}

function nameOf({ name }: ts.ClassElement): string | undefined {
  return name && textOf(name);
}

/** What a name is, if that is written there. */
function textOf(name: ts.PropertyName | ts.BindingName): string | undefined {
  const written = ts.isComputedPropertyName(name) ? name.expression : name;
  return ts.isMemberName(written) || ts.isStringLiteralLike(written) ? written.text : undefined;
}
