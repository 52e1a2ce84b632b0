/**
 * Remembers the caller of an edit: the edit itself runs later, on another stack, which has no line of the script.
 *
 * @module
 */

/**
 * Takes the present stack.
 *
 * @param call the innermost function to leave out
 * @returns adds that stack to an error of the edit
 */
export function rememberCaller(call: (...args: never[]) => unknown): (error: unknown) => void {
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, call);
  return (error) => {
    if (!(error instanceof Error)) return;
    // The first line of the stack is a name.
    const frames = caller.stack?.split("\n").slice(1).join("\n");
    if (frames) error.stack += `\n  in an edit that was asked for:\n${frames}`;
  };
}
