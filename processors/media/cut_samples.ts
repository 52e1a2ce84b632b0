/**
 * What is told of samples that end within a frame: a sample of each channel.
 *
 * @module
 */

/** The warning for bytes at the end of a stream that make no frame. */
export function cutSamples(bytes: number, bytesPerFrame: number): string {
  return `the samples end within a frame: the last ${
    bytes === 1 ? "byte is" : `${bytes} bytes are`
  } left out, since a ` +
    `frame has ${bytesPerFrame}; the format or the number of channels may be another one`;
}
