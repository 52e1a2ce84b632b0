/**
 * The end of a command line that its parser has answered.
 *
 * @module
 */

/** Thrown when the command line was answered by the parser itself: help, version, completions, or a mistake. */
export class ArgsAnswered extends Error {
  override readonly name: string = "ArgsAnswered";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the command line was answered with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}
