/**
 * Checks options from a script: a misspelt key or value would silently change the run.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { describeValue } from "./describe_value.ts";
import { isPlainObject, kindOf } from "./kind_of.ts";
import { didYouMean } from "./suggestion.ts";

/** Longest time of a timer, milliseconds: about 24 days. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Refuses a value that is not an object of known keys.
 *
 * @param what the attempt: `Cannot make a runtime`
 * @throws {SluiceError} `InvalidConfig`
 */
export function assertKeys(what: string, options: object, known: readonly string[]): void {
  if (!isPlainObject(options)) {
    throw new SluiceError("InvalidConfig", `${what}: its options are ${kindOf(options)}, wanted an object`);
  }
  const strange = Object.keys(options).find((key) => !known.includes(key));
  if (strange === undefined) return;
  throw new SluiceError(
    "InvalidConfig",
    `${what}: there is no option ${describeValue(strange)}${didYouMean(strange, known)}; options: ${listNames(known)}`,
    { key: strange, available: known },
  );
}

/** Refuses a value that is not one of several; accepts an absent one. @throws {SluiceError} `InvalidConfig` */
export function assertChoice(what: string, key: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new SluiceError(
    "InvalidConfig",
    `${what}: "${key}" is ${describeValue(value)}, wanted ${choices.map((each) => `"${each}"`).join(" or ")}`,
    { key, available: choices },
  );
}

/** Refuses a value other than `true` and `false`; accepts an absent one. @throws {SluiceError} `InvalidConfig` */
export function assertFlag(what: string, key: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new SluiceError("InvalidConfig", `${what}: "${key}" is ${kindOf(value)}, wanted true or false`, { key });
}

/** Refuses a time that no timer can count; accepts an absent one. @throws {SluiceError} `InvalidConfig` */
export function assertTimeout(what: string, key: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "number" && value >= 0 && value <= MAX_TIMEOUT_MS) return;
  throw new SluiceError(
    "InvalidConfig",
    `${what}: "${key}" is ${describeValue(value)}, wanted milliseconds from 0 to ${MAX_TIMEOUT_MS}`,
    { key },
  );
}
