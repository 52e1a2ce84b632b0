/**
 * Which objects travel between lanes, and as what. It asks for what an object *is*, which its class cannot fake: an
 * object that only inherits from `Map` is not a map.
 *
 * Three things only the engine can tell. Whatever runs graphs loads `engine.ts`, by which they are known here; a client
 * of pipelines, which browsers load too, goes without: there a Proxy travels as what it shows.
 *
 * @module
 */

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

/** What only the engine can tell of an object. */
export interface Engine {
  isProxy(value: object): boolean;
  /** Whether it is a key of `node:crypto`, whose class nothing tells from one of the user's. */
  isKey(value: object): boolean;
  /** Whether it is built in, whatever its prototype is. */
  isBuiltIn(value: object): boolean;
}

let engine: Engine = { isProxy: () => false, isKey: () => false, isBuiltIn: () => false };

/** Lets an engine tell what it knows. */
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

/** Whether an object is what its class says: a method of the class takes it. */
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

/** Classes that make objects of primitives. */
const BOXES = [Number, String, Boolean, BigInt] as const;

/** Prototypes of built-in objects that no constructor leads to. */
const ITERATORS = [
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)),
] as readonly unknown[];

const OBJECT_PROTOTYPE = Object.prototype;
const kinds = new WeakMap<object, ValueKind | RefusedKind>();

/** As what an object travels, or why it does not. */
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

/** The primitive in an object such as `new Number()` makes; `undefined` for any other object. */
export function unboxed(value: object): unknown {
  for (const { prototype } of BOXES) {
    try {
      return (prototype.valueOf as () => unknown).call(value);
    } catch {
      // It is of another class.
    }
  }
  return undefined;
}

/** Whether it has the prototype of plain objects and yet is something else. Asks only what costs little. */
function plainKind(value: object): ValueKind | RefusedKind {
  if (Symbol.iterator in value && Object.prototype.toString.call(value) === "[object Arguments]") {
    return { refused: "an arguments object" };
  }
  // What is built in has no own properties; who gives it some and exchanges its prototype is not found out.
  for (const _ in value) return "plain";
  return engine.isBuiltIn(value) ? { refused: "a built-in object whose prototype was exchanged" } : "plain";
}

/** The kind of the nearest built-in class that a prototype derives from. @param value one of its objects */
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

function getterOf(type: { readonly prototype: object }, name: string): () => unknown {
  return Object.getOwnPropertyDescriptor(type.prototype, name)!.get!;
}

/** Tells of which objects a method of a built-in class is one: it throws for all others. */
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
