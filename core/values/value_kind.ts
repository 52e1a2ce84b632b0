/**
 * Which objects travel between lanes, and as what. It asks for what an object *is*, which its class cannot fake: an
 * object that only inherits from `Map` is not a map.
 *
 * @module
 */
import * as types from "node:util/types";

/** As what an object travels. */
export type ValueKind =
  | "plain"
  | "array"
  | "map"
  | "set"
  | "date"
  | "regExp"
  | "buffer"
  | "view"
  | "error"
  | "boxed";

/** An object that does not travel. */
export interface RefusedKind {
  /** Completes "… is". */
  readonly refused: string;
}

/** The built-in classes whose objects travel. Errors of all built-in classes do. */
const TAKEN = new Map<unknown, ValueKind>([
  [Object, "plain"],
  [Map, "map"],
  [Set, "set"],
  // deno-lint-ignore sluice/no-wall-clock -- the class, which nobody calls here
  [Date, "date"],
  [RegExp, "regExp"],
  [ArrayBuffer, "buffer"],
  [Error, "error"],
  [Number, "boxed"],
  [String, "boxed"],
  [Boolean, "boxed"],
  [BigInt, "boxed"],
  ...[EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError, SuppressedError]
    .map((type) => [type, "error"] as const),
]);

/** Whether an object is what its class says. */
const IS: Readonly<Record<Exclude<ValueKind, "plain" | "array" | "view">, (value: object) => boolean>> = {
  map: types.isMap,
  set: types.isSet,
  date: types.isDate,
  regExp: types.isRegExp,
  buffer: types.isArrayBuffer,
  error: types.isNativeError,
  boxed: (value) => types.isBoxedPrimitive(value) && !types.isSymbolObject(value),
};

/** What an object with the prototype of plain objects, or of a class of the user's, may be instead. */
const HIDDEN = [
  ...Object.values(IS),
  types.isPromise,
  types.isWeakMap,
  types.isWeakSet,
  types.isGeneratorObject,
  types.isMapIterator,
  types.isSetIterator,
  types.isSharedArrayBuffer,
  types.isModuleNamespaceObject,
];

/** Prototypes of built-in objects that no constructor leads to. */
const ITERATORS = [
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)),
] as readonly unknown[];

const OBJECT_PROTOTYPE = Object.prototype;
const kinds = new WeakMap<object, ValueKind | RefusedKind>();

/** As what an object travels, or why it does not. */
export function kindOf(value: object): ValueKind | RefusedKind {
  if (types.isProxy(value)) return { refused: "a Proxy" };
  if (Array.isArray(value)) return "array";
  if (ArrayBuffer.isView(value)) return "view";
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === OBJECT_PROTOTYPE || prototype === null) return plainKind(value);
  let kind = kinds.get(prototype);
  if (kind === undefined) kinds.set(prototype, kind = kindOfClass(prototype, value));
  if (typeof kind !== "string") return kind;
  if (kind === "plain") return plainKind(value);
  return IS[kind as keyof typeof IS](value)
    ? kind
    : { refused: `an object that inherits from ${classNameOf(value)} and is none` };
}

/** Whether it has the prototype of plain objects and yet is something else. Asks only what costs little. */
function plainKind(value: object): ValueKind | RefusedKind {
  // To ask for the iterator costs a fifth of asking the engine.
  if (Symbol.iterator in value && types.isArgumentsObject(value)) return { refused: "an arguments object" };
  // What is built in has no own properties; who gives it some and exchanges its prototype is not found out.
  for (const _ in value) return "plain";
  return HIDDEN.some((is) => is(value)) ? { refused: "a built-in object whose prototype was exchanged" } : "plain";
}

/** The kind of the nearest built-in class that a prototype derives from. @param value one of its objects */
function kindOfClass(prototype: object, value: object): ValueKind | RefusedKind {
  if (types.isKeyObject(value)) return { refused: "of class KeyObject" };
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (ITERATORS.includes(at)) return { refused: "an iterator" };
    if (isOfSegments(at)) return { refused: "what Intl.Segmenter gives" };
    const type: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof type !== "function" || type.prototype !== at) continue;
    const kind = TAKEN.get(type);
    if (kind !== undefined) return kind;
    if (isBuiltIn(type)) return { refused: `of class ${type.name}` };
  }
  return "plain";
}

/** Whether it is the prototype of segments, which no constructor leads to. To make a segmenter takes 11 ms. */
function isOfSegments(prototype: object): boolean {
  const method: unknown = Object.getOwnPropertyDescriptor(prototype, "containing")?.value;
  return typeof method === "function" &&
    Function.prototype.toString.call(method) === "function containing() { [native code] }";
}

/** Whether the system has brought a class, rather than the user. */
function isBuiltIn(type: { readonly name: string }): boolean {
  return (globalThis as Record<string, unknown>)[type.name] === type ||
    Function.prototype.toString.call(type).endsWith("{ [native code] }");
}

function classNameOf(value: object): string {
  return (value.constructor as { readonly name?: string } | undefined)?.name ?? "a class";
}
