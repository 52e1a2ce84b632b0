/**
 * Facts about objects that only the engine knows, from Deno and Node. Importing this module passes them to
 * `value_kind.ts`: programs that run graphs import it, modules for browsers do not.
 *
 * @module
 */
import * as types from "node:util/types";
import { askEngine } from "./value_kind.ts";

/** The hidden kinds of an object with the prototype of plain objects, or of a user's class. */
const HIDDEN = [
  types.isMap,
  types.isSet,
  types.isDate,
  types.isRegExp,
  types.isArrayBuffer,
  types.isNativeError,
  types.isBoxedPrimitive,
  types.isPromise,
  types.isWeakMap,
  types.isWeakSet,
  types.isGeneratorObject,
  types.isMapIterator,
  types.isSetIterator,
  types.isSharedArrayBuffer,
  types.isModuleNamespaceObject,
];

askEngine({
  isProxy: types.isProxy,
  isKey: types.isKeyObject,
  isBuiltIn: (value) => HIDDEN.some((is) => is(value)),
});
