/**
 * What is said of a `process` whose program is handed, or writes, something else than its ports stand for.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { AUDIO_CODECS, type Codec, type FrameFormat } from "../../core/frames/format.ts";

/** Node types that decode pictures, by codec; `audio-decode` decodes all sound. */
const PICTURE_DECODERS: { readonly [C in Codec]?: string } = { h264: "h264-decode", jpeg: "jpeg-decode" };

/**
 * What to do where a program is to get samples or pictures, and is handed encoded frames: `decode first and link
 * "p.videoIn" (… ! h264-decode ! process …)`.
 *
 * @param format that of the frames, as far as it is known
 */
export function decodeAdvice(nodeId: string, format: FrameFormat | undefined): string {
  const sound = `"${nodeId}.audioIn" (… ! audio-decode ! process …)`;
  const pictures = (decoder: string) => `"${nodeId}.videoIn" (… ! ${decoder} ! process …)`;
  if (format?.kind !== "encoded") {
    return `decode first and link ${pictures("h264-decode")} for pictures, or ${sound} for sound`;
  }
  if (AUDIO_CODECS.has(format.codec)) return `the frames are ${format.codec}: decode first and link ${sound}`;
  const decoder = PICTURE_DECODERS[format.codec];
  return decoder === undefined
    ? `the frames are ${format.codec}, which no shipped node decodes`
    : `the frames are ${format.codec}: decode first and link ${pictures(decoder)}`;
}

/** The error for encoded frames that become samples, where nothing says which. A line links a track as it is. */
export function undecodedSamples(nodeId: string, format: FrameFormat | undefined): SluiceError {
  const message = `Cannot start "${nodeId}": "${nodeId}.encodedIn" hands its program encoded frames, and ` +
    `"${nodeId}.audioOut" takes its bytes as samples; ${decodeAdvice(nodeId, format)}; or, if the program decodes, ` +
    "set sampleRateHz and channels to what it writes";
  return new SluiceError("InvalidGraph", message, { nodeId, port: "encodedIn" });
}

/** The error for raw pictures of a size that nothing says: bytes of any kind would be some. */
export function unsizedPictures(nodeId: string): SluiceError {
  const message = `Cannot start "${nodeId}": "${nodeId}.videoOut" takes its program's bytes as raw pictures, and no ` +
    'pictures come in that would say their size; set width and height to what it writes, or videoFormat to "y4m"';
  return new SluiceError("InvalidGraph", message, { nodeId, port: "videoOut" });
}

/** The error for several links on one side. */
export function secondStream(nodeId: string, first: string, second: string): SluiceError {
  const message = `Cannot start "${nodeId}": a program has one stream in each direction, and ` +
    `"${nodeId}.${first}" and "${nodeId}.${second}" have links; take one away`;
  return new SluiceError("InvalidGraph", message, { nodeId, port: second });
}
