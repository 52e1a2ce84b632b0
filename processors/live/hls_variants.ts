/**
 * Which variant of a stream is played.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { shownUrl } from "../network/network_fault.ts";
import type { MasterPlaylist, Variant } from "./hls_playlist.ts";

/** Codecs that frames carry, as playlists begin their names (RFC 6381). */
const CARRIED = /^(avc[13]|hvc1|hev1|vp09|av01|mp4a|opus|flac|mp3)/i;

/**
 * Chooses the variant with the highest bit rate up to a limit, or the lowest one, among those whose codecs frames carry.
 *
 * @throws {SluiceError} `InvalidMedia` where there is none
 */
export function chooseVariant({ variants }: MasterPlaylist, maxBitRate: number, url: URL): Variant {
  const carried = variants.filter(({ codecs }) => codecs.every((codec) => CARRIED.test(codec)))
    .sort((one, other) => other.bitRate - one.bitRate);
  const found = carried.find(({ bitRate }) => bitRate <= maxBitRate) ?? carried.at(-1);
  if (found !== undefined) return found;
  const codecs = [...new Set(variants.flatMap((each) => each.codecs))].join(", ") || "none";
  throw new SluiceError(
    "InvalidMedia",
    `Cannot read ${shownUrl(url)}: its codecs are ${
      codecs.slice(0, 200)
    }, wanted H.264, H.265, VP9 or AV1, with AAC, Opus, ` +
      'FLAC or MP3; an "ffmpeg-source" reads others where ffmpeg is installed',
  );
}
