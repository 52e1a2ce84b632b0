/**
 * What only the engine can tell of an object, as Deno and Node do. Importing this module tells it `value_kind.ts`;
 * whatever runs graphs imports it, and what browsers load does not.
 *
 * @module
 */
import * as types from "node:util/types";
import { askEngine } from "./value_kind.ts";

/** What an object with the prototype of plain objects, or of a class of the user's, may be instead. */
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
