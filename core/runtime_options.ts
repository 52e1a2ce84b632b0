/**
 * Checks what a runtime is made with.
 *
 * @module
 */
import { SluiceError } from "./errors.ts";
import { describeValue } from "./describe_value.ts";
import { MAX_SLOT_BYTES, MAX_SLOTS } from "./graph/document.ts";
import { poolName } from "./ids.ts";
import { assertChoice, assertKeys, assertTimeout } from "./option_check.ts";
import { isPlainObject, kindOf } from "./registry/kind_of.ts";
import { checkSupervision } from "./supervision.ts";
import type { AddOptions, RuntimeOptions } from "./runtime.ts";

const WHAT = "Cannot make a runtime";

const KEYS: { readonly [K in keyof Required<RuntimeOptions>]: true } = {
  mode: true,
  native: true,
  registry: true,
  signal: true,
  signals: true,
  pools: true,
  development: true,
  lanes: true,
  supervision: true,
  stopTimeoutMs: true,
  setupTimeoutMs: true,
  stuckAfterMs: true,
  callTimeoutMs: true,
};

const ADD_KEYS: { readonly [K in keyof Required<AddOptions>]: true } = {
  id: true,
  lane: true,
  pool: true,
  ports: true,
  supervision: true,
  callTimeoutMs: true,
  bypassed: true,
};

/** Checks that there are no other options, and those that nothing else checks. @throws {SluiceError} `InvalidConfig` */
export function assertAddOptions(options: AddOptions): void {
  assertKeys("Cannot add a node", options, Object.keys(ADD_KEYS));
  assertTimeout("Cannot add a node", "callTimeoutMs", options.callTimeoutMs);
}

/** Checks every option but those of lanes. @throws {SluiceError} `InvalidConfig` */
export function assertRuntimeOptions(options: RuntimeOptions): void {
  assertKeys(WHAT, options, Object.keys(KEYS));
  const { mode, native, signal, signals, pools, lanes, supervision } = options;
  assertChoice(WHAT, "mode", mode, ["live", "offline"]);
  assertChoice(WHAT, "native", native, ["auto", "require", "off"]);
  for (const key of ["stopTimeoutMs", "setupTimeoutMs", "stuckAfterMs", "callTimeoutMs"] as const) {
    assertTimeout(WHAT, key, options[key]);
  }
  if (supervision !== undefined) checkSupervision(supervision);
  if (signals !== undefined && typeof signals !== "boolean") {
    refuse("signals", `"signals" is ${kindOf(signals)}, wanted true or false`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse("signal", `"signal" is ${kindOf(signal)}, wanted an AbortSignal`);
  }
  for (const [name, size] of entries("pools", pools)) {
    poolName(name, "InvalidConfig");
    assertKeys(`${WHAT} with pool "${name}"`, size as object, ["slotBytes", "slots"]);
    for (const [key, max] of [["slotBytes", MAX_SLOT_BYTES], ["slots", MAX_SLOTS]] as const) {
      const value = (size as { readonly [key: string]: unknown })[key];
      if (value === undefined || (Number.isInteger(value) && value as number >= 1 && value as number <= max)) continue;
      refuse(
        `pools.${name}.${key}`,
        `"${key}" of pool "${name}" is ${describeValue(value)}, wanted a whole number from 1 to ${max}`,
      );
    }
  }
  for (const [name, lane] of entries("lanes", lanes)) {
    if (!isPlainObject(lane)) refuse(`lanes.${name}`, `lane "${name}" is ${kindOf(lane)}, wanted an object`);
  }
}

function entries(key: string, value: unknown): [string, unknown][] {
  if (value === undefined) return [];
  if (!isPlainObject(value)) refuse(key, `"${key}" is ${kindOf(value)}, wanted an object by name`);
  return Object.entries(value as object);
}

function refuse(key: string, message: string): never {
  throw new SluiceError("InvalidConfig", `${WHAT}: ${message}`, { key });
}
