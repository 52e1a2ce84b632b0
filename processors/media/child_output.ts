/**
 * What comes out of a program. A program of its own that it has left behind may hold the stream open for ever: so the
 * end of the program, and a moment in which nothing comes, are the end of the stream as well.
 *
 * @module
 */

/**
 * Looks, milliseconds apart, that must find nothing read in a row after the end of a program until its stream counts as
 * ended. What a busy thread has yet to be given comes between the first and the second.
 */
const [QUIET_LOOKS, LOOK_EVERY_MS] = [2, 250];
/** Looks, half a second in all, after which what nobody waits for ends even where more of it comes. */
export const FEW_LOOKS = 2;

/**
 * A stream that ends with its program, or soon afterwards. What the program has written comes first, however late it is
 * read.
 *
 * @param ended settles when the program has ended
 * @param mostLooks after so many the stream ends, too, however much another program goes on to write to it
 */
export function untilQuiet(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ended: Promise<unknown>,
  mostLooks = Infinity,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let looks = 0;
  let looksInAll = 0;
  let isReading = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  let isOver = false;
  const over = () => {
    isOver = true;
    clearInterval(timer);
  };
  // A read that waits answers that this is the end.
  const cancel = () => reader.cancel().catch(() => {});
  const look = () => {
    looks = isReading ? looks + 1 : 0;
    if (++looksInAll === mostLooks || looks === QUIET_LOOKS) void cancel();
  };
  void ended.then(() => {
    if (!isOver) timer = setInterval(look, LOOK_EVERY_MS);
  });
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    isReading = true;
    const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true as const }));
    isReading = false;
    looks = 0;
    if (!done) return controller.enqueue(value);
    over();
    controller.close();
  };
  const cancelAll = async () => {
    over();
    await cancel();
  };
  return new ReadableStream({ pull, cancel: cancelAll }, { highWaterMark: 0 });
}
