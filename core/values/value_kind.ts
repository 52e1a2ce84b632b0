/**
 * Decides which objects travel between lanes, and as which kind. It tests what an object *is*, which its class cannot
 * fake: an object that only inherits from `Map` is not a map.
 *
 * Only the engine knows three of these facts. Programs that run graphs load `engine.ts`, which reports them here; a
 * client of pipelines, which browsers load too, goes without: there a Proxy travels as the object that it shows.
 *
 * @module
 */

/** The kind as which an object travels. */
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
  /** The end of the sentence "… is". */
  readonly refused: string;
}

/** Facts about an object that only the engine knows. */
export interface Engine {
  isProxy(value: object): boolean;
  /** True for a key of `node:crypto`, whose class looks like a user's. */
  isKey(value: object): boolean;
  /** True for a built-in object, whatever its prototype. */
  isBuiltIn(value: object): boolean;
}

let engine: Engine = { isProxy: () => false, isKey: () => false, isBuiltIn: () => false };

/** Sets the engine to ask. */
export function askEngine(asked: Engine): void {
  engine = asked;
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
  ...[EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError]
    .map((type) => [type, "error"] as const),
  // Node 22 lacks it.
  [globalThis.SuppressedError, "error"],
]);

/** True if an object has the kind of its class: a method of the class accepts it. */
const IS: Readonly<Record<Exclude<ValueKind, "plain" | "array" | "view">, (value: object) => boolean>> = {
  map: taker(getterOf(Map, "size")),
  set: taker(getterOf(Set, "size")),
  date: taker(Date.prototype.getTime),
  regExp: taker(getterOf(RegExp, "source")),
  buffer: taker(getterOf(ArrayBuffer, "byteLength")),
  // Node 22 and older browsers lack `isError()`.
  error: Error.isError ?? ((value) => value instanceof Error),
  boxed: (value) => unboxed(value) !== undefined,
};

/** Classes of objects around primitives. */
const BOXES = [Number, String, Boolean, BigInt] as const;

/** Prototypes of built-in objects without a reachable constructor. */
const ITERATORS = [
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)),
] as readonly unknown[];

const OBJECT_PROTOTYPE = Object.prototype;
const kinds = new WeakMap<object, ValueKind | RefusedKind>();

/** Returns the kind as which an object travels, or the reason why it does not. */
export function kindOf(value: object): ValueKind | RefusedKind {
  if (engine.isProxy(value)) return { refused: "a Proxy" };
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

/** Returns the primitive in an object such as `new Number()`; `undefined` for any other object. */
export function unboxed(value: object): unknown {
  for (const { prototype } of BOXES) {
    try {
      return (prototype.valueOf as () => unknown).call(value);
    } catch {
      // The object has another class.
    }
  }
  return undefined;
}

/** Checks an object with the prototype of plain objects: it may be of another kind. Makes only cheap tests. */
function plainKind(value: object): ValueKind | RefusedKind {
  if (Symbol.iterator in value && Object.prototype.toString.call(value) === "[object Arguments]") {
    return { refused: "an arguments object" };
  }
  // Built-in objects have no own properties; one that was given some, and another prototype, goes undetected.
  for (const _ in value) return "plain";
  return engine.isBuiltIn(value) ? { refused: "a built-in object whose prototype was exchanged" } : "plain";
}

/** Returns the kind of the nearest built-in class of a prototype. @param value an object with the prototype */
function kindOfClass(prototype: object, value: object): ValueKind | RefusedKind {
  if (engine.isKey(value)) return { refused: "of class KeyObject" };
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

/** True for the prototype of segments, which has no reachable constructor. Making a segmenter takes 11 ms. */
function isOfSegments(prototype: object): boolean {
  const method: unknown = Object.getOwnPropertyDescriptor(prototype, "containing")?.value;
  return typeof method === "function" &&
    Function.prototype.toString.call(method) === "function containing() { [native code] }";
}

/** True if a class comes from the system rather than the user. */
function isBuiltIn(type: { readonly name: string }): boolean {
  return (globalThis as Record<string, unknown>)[type.name] === type ||
    Function.prototype.toString.call(type).endsWith("{ [native code] }");
}

function classNameOf(value: object): string {
  return (value.constructor as { readonly name?: string } | undefined)?.name ?? "a class";
}

function getterOf(type: { readonly prototype: object }, name: string): () => unknown {
  return Object.getOwnPropertyDescriptor(type.prototype, name)!.get!;
}

/** Returns a test for the objects of a built-in class, by a method that throws for all others. */
function taker(method: () => unknown): (value: object) => boolean {
  return (value) => {
    try {
      method.call(value);
      return true;
    } catch {
      return false;
    }
  };
}
