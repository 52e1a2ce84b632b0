/**
 * The errors of opening the native library.
 *
 * @module
 */

/** `NativeUnavailable`: there is no library that this process may open. `AbiMismatch`: there is one, and it differs. */
export type NativeErrorCode = "NativeUnavailable" | "AbiMismatch";

/** The native library cannot be used. */
export class NativeError extends Error {
  override readonly name: string = "NativeError";
  readonly code: NativeErrorCode;

  /**
   * @param code stable code
   * @param message one sentence without full stop
   * @param cause what the system said, if it said something
   */
  constructor(code: NativeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
