/**
 * Chooses the driver.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { Driver, DriverToken } from "./driver.ts";
import { openNativeDriver } from "./native.ts";
import { PortableDriver } from "./portable.ts";

/**
 * Whether to use the native library. `auto`: if it is there. `require`: or fail. `off`: portable mode. The environment
 * variable `SLUICE_NATIVE` takes the place of `auto`.
 */
export type NativeChoice = "auto" | "require" | "off";

/** What portable mode lacks. */
const WITHOUT = "without native lanes and with no promise of real time";

/** A driver, and why it is not the native one where that was wanted. */
export interface ChosenDriver {
  readonly driver: Driver;
  /** For people: why portable mode is used and what to do, if it was not asked for. */
  readonly note?: string;
}

/** Opens a driver with which another isolate can work on the same arenas and rings. */
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
    // No permission to read it: as if it were not set.
  }
  if (value === undefined || value === "") return "auto";
  if (value === "auto" || value === "require" || value === "off") return value;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot use SLUICE_NATIVE=${JSON.stringify(value)}: wanted "auto", "require" or "off"`,
    { available: ["auto", "require", "off"] },
  );
}
