/**
 * Chooses the driver.
 *
 * @module
 */
import { logger } from "../log.ts";
import { SluiceError } from "../errors.ts";
import type { Driver, DriverToken } from "./driver.ts";
import { openNativeDriver } from "./native.ts";
import { PortableDriver } from "./portable.ts";

/**
 * The choice of the native library. `auto`: uses it if present. `require`: uses it or fails. `off`: uses portable mode.
 * The environment variable `SLUICE_NATIVE` replaces `auto`.
 */
export type NativeChoice = "auto" | "require" | "off";

/** The limits of portable mode, for messages. */
const WITHOUT = "without native lanes and with no promise of real time";

/** A driver, and the reason why it is not the wanted native one. */
export interface ChosenDriver {
  readonly driver: Driver;
  /** For people: why portable mode is used and what to do; absent if portable mode was asked for. */
  readonly note?: string;
}

/** Opens a driver from the token of another isolate, to work on the same arenas and rings. */
export function openDriver(token: DriverToken): Driver {
  return token.kind === "native" ? openNativeDriver(token) : new PortableDriver(token);
}

/**
 * Opens the first driver of a runtime.
 *
 * @throws {SluiceError} `NativeUnavailable` or `AbiMismatch` if the native library is required and cannot be used;
 * `InvalidConfig` if `SLUICE_NATIVE` is neither `auto` nor `require` nor `off`
 */
export function chooseDriver(choice: NativeChoice): ChosenDriver {
  const wanted = choice === "auto" ? fromEnvironment() : choice;
  if (wanted === "off") return { driver: new PortableDriver() };
  try {
    return { driver: openNativeDriver() };
  } catch (error) {
    if (wanted === "require" || !(error instanceof SluiceError)) throw error;
    return { driver: new PortableDriver(), note: `Portable mode, ${WITHOUT}: ${error.message}` };
  }
}

function fromEnvironment(): NativeChoice {
  let value: string | undefined;
  try {
    value = Deno.env.get("SLUICE_NATIVE");
  } catch {
    // Without permission to read the variable, treats it as unset.
  }
  if (value === undefined || value === "") return "auto";
  if (value === "auto" || value === "require" || value === "off") return value;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot use SLUICE_NATIVE=${JSON.stringify(value)}: wanted "auto", "require" or "off"`,
    { available: ["auto", "require", "off"] },
  );
}

let isTold = false;

/** Warns of portable mode with `note`, once in a program; does nothing if `note` is `undefined`. */
export function warnOfFallback(note: string | undefined): void {
  if (note === undefined || isTold) return;
  isTold = true;
  logger("runtime").warn(note);
}
