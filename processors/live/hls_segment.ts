/**
 * One CMAF segment of one track, in memory.
 *
 * @module
 */
import type { Mediabunny } from "../media/containers.ts";
import type { Packet } from "../media/recording.ts";
import type { TrackFormat } from "../media/track_format.ts";

/** A segment, and what players read before the first one of its format. */
export interface Segment {
  readonly init: Uint8Array;
  readonly media: Uint8Array;
}

/**
 * Makes a segment of packets.
 *
 * @param packets in the order of decoding, from a key frame on; times from 0
 */
export async function makeSegment(
  mediabunny: Mediabunny,
  { type, codec, decoderConfig }: TrackFormat,
  packets: readonly Packet[],
): Promise<Segment> {
  const { BufferTarget, CmafOutputFormat, EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, Output } =
    mediabunny;
  const [init, media] = [new BufferTarget(), new BufferTarget()];
  const output = new Output({ format: new CmafOutputFormat(), target: media, initTarget: init });
  const source = type === "video"
    ? new EncodedVideoPacketSource(codec as "avc")
    : new EncodedAudioPacketSource(codec as "opus");
  if (source instanceof EncodedVideoPacketSource) output.addVideoTrack(source);
  else output.addAudioTrack(source);
  await output.start();
  const about = { decoderConfig } as { decoderConfig: VideoDecoderConfig & AudioDecoderConfig };
  for (const { bytes, keyframe, timeNs, durationNs } of packets) {
    await source.add(new EncodedPacket(bytes, keyframe ? "key" : "delta", timeNs / 1e9, durationNs / 1e9), about);
  }
  await output.finalize();
  return { init: new Uint8Array(init.buffer!), media: new Uint8Array(media.buffer!) };
}
