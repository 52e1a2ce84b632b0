/**
 * Remembers where an edit was asked for. It is made later, on another stack, which has no line of the script.
 *
 * @module
 */

/**
 * Takes the stack of now.
 *
 * @param call the innermost function to leave out
 * @returns adds that stack to an error of the edit
 */
export function rememberCaller(call: (...args: never[]) => unknown): (error: unknown) => void {
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, call);
  return (error) => {
    if (!(error instanceof Error)) return;
    // Its first line is a name.
    const frames = caller.stack?.split("\n").slice(1).join("\n");
    if (frames) error.stack += `\n  in an edit that was asked for:\n${frames}`;
  };
}
