/**
 * Standard input, whose first bytes can be looked at before somebody reads it. This holds within one lane: another one
 * reads what is left.
 *
 * @module
 */

/** What was looked at, and not read. */
let ahead: Uint8Array<ArrayBuffer> | undefined;

/**
 * Looks at the first bytes. Call it before anybody reads.
 *
 * @param isEnough is given what is there, and says whether more is wanted; the end of the stream is enough, too
 */
export async function peekStandardInput(isEnough: (bytes: Uint8Array) => boolean): Promise<Uint8Array> {
  let bytes = ahead ?? new Uint8Array(0);
  const chunk = new Uint8Array(65_536);
  while (!isEnough(bytes)) {
    const count = await Deno.stdin.read(chunk);
    if (count === null) break;
    const longer = new Uint8Array(bytes.length + count);
    longer.set(bytes);
    longer.set(chunk.subarray(0, count), bytes.length);
    bytes = longer;
  }
  return ahead = bytes;
}

/** All of it, from its start. */
export function standardInput(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const first = ahead;
  ahead = undefined;
  if (first === undefined || first.length === 0) return Deno.stdin.readable;
  const rest = Deno.stdin.readable.getReader();
  let isBegun = false;
  return new ReadableStream({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        return controller.enqueue(first);
      }
      const { value, done } = await rest.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => rest.cancel(reason),
  }, { highWaterMark: 0 });
}
