/**
 * The `console-sink` processor.
 *
 * @module
 */
import { isStdoutReserved } from "../../core/log/console_output.ts";
import { config, input, processor } from "../../core/annotations.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import { isReaderGone } from "../../core/log.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { jsonLine, textLine } from "./line_format.ts";

/**
 * Prints data.
 *
 * **Purpose.** Writes values to standard output or standard error, one a line, as text for people or as JSON for
 * programs. If the reader of the output goes away (`… | head`, a closed terminal), the node goes on reading its input
 * and prints nothing.
 *
 * **Inputs.** `data`: any values.
 *
 * **Outputs.** None.
 *
 * **Config.** `format`, `target`, `every`.
 *
 * **Example.**
 * ```json
 * { "print": { "type": "console-sink", "config": { "format": "json", "every": 10 } } }
 * ```
 */
@processor({
  stdout: { target: "stdout" },
  tags: ["data", "print", "log", "console", "stdout", "debug"],
})
export class ConsoleSink {
  @input()
  data!: StreamInput<DataFrame<unknown>>;
  /** `text`: time, node and value. `json`: an object with `node`, `ptsNs` and `value`. */
  @config()
  format: "text" | "json" = "text";
  /** The stream to print to; standard error in place of a standard output that has the events of `--json`. */
  @config()
  target: "stdout" | "stderr" = "stdout";
  /** Print the first of this many values and leave out the others. @integer @minimum 1 */
  @config({ live: true })
  every = 1;

  #encoder = new TextEncoder();
  #count = 0;
  #closed = false;

  /** Prints every queued value. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.data.read()) !== undefined) {
      if (this.#closed || this.#count++ % this.every !== 0) continue;
      const line = { nodeId: context.nodeId, ptsNs: frame.ptsNs, value: frame.value };
      this.#print(this.format === "json" ? jsonLine(line) : textLine(line), context);
    }
  }

  #print(line: string, context: ProcessorContext): void {
    const stream = this.target === "stderr" || isStdoutReserved() ? Deno.stderr : Deno.stdout;
    let bytes = this.#encoder.encode(line);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      this.#closed = true;
      if (isReaderGone(error)) return;
      context.log.warn(`nothing more is printed: ${this.target} refused a line: ${(error as Error).message}`);
    }
  }
}
