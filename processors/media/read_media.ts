/**
 * Reads the description of media files for scripts. An import of it loads no reader.
 *
 * @module
 */
import type { MediaInfo } from "./media_info.ts";

/**
 * Reads the container, the tracks and the tags of a media file.
 *
 * Links from every `media-source` whose `path` is the same text know the result from then on: `convert: "auto"` goes by
 * the codecs, and by the matrix and the range of pictures of H.264, as commands do. Call it before you connect, or before
 * `loadGraph()`, `checkGraph()` and `buildGraph()`. Without it stages use their default colours, BT.709 in limited range,
 * which are wrong for most pictures up to 1,279 × 576. Call it again once the file has changed.
 *
 * @param path of a file, or of numbered pictures such as `still-%05d.png`, of which the first one there is is read
 * @returns its tracks by the names of the outputs of a `media-source`: `video_0`, `audio_1`, `pcm_2`
 * @throws {SluiceError} `InvalidConfig` if it cannot be opened; `InvalidMedia` if it is no media file
 *
 * @example Pictures with the colours of their file
 * ```ts ignore
 * import { nodes, Runtime } from "@sluice/sluice";
 * import { readMedia } from "@sluice/sluice/media";
 *
 * const path = "out/demo.mp4";
 * const { tracks } = await readMedia(path);
 * await using runtime = new Runtime({ mode: "offline" });
 * const clip = runtime.add(nodes.mediaSource({ path }), { ports: ["video_0"] });
 * const stills = runtime.add(nodes.imageSink({ path: "out/still-%04d.png" }));
 * runtime.connect(clip.outputs.video[0], stills.inputs.video, { convert: "auto" });
 * console.log(tracks.map(({ name, codec, width, height }) => [name, codec, width, height]));
 * ```
 */
export async function readMedia(path: string): Promise<MediaInfo> {
  const { readAndTell } = await import("./look_into.ts");
  return await readAndTell(path);
}
