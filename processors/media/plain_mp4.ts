/**
 * Lays an MP4 file that was recorded in fragments out anew, with one index in front of the media.
 *
 * @module
 */
import type { InputAudioTrack, InputVideoTrack, Output } from "mediabunny";
import type { Mediabunny } from "./containers.ts";
import { growingFile } from "./growing_file.ts";

/**
 * Writes the tracks of one file to another. Memory grows with the index alone: some 200 bytes a packet.
 *
 * @param from path of the file in fragments
 * @param to path of the new file, which must not exist; a failure removes it
 */
export async function writePlainMp4(mediabunny: Mediabunny, from: string, to: string): Promise<void> {
  const { ALL_FORMATS, FilePathSource, Input } = mediabunny;
  using file = Deno.openSync(to, { read: true, write: true, createNew: true });
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(from) });
  try {
    const tracks = [...await input.getVideoTracks(), ...await input.getAudioTracks()];
    const counts = await Promise.all(tracks.map(async (track) => (await track.computePacketStats()).packetCount));
    const { Mp4OutputFormat, Output } = mediabunny;
    const format = new Mp4OutputFormat({ fastStart: "reserve" });
    const output = new Output({ format, target: growingFile(mediabunny, file).target });
    const copies = await Promise.all(tracks.map((track, k) => copyOf(mediabunny, output, track, counts[k])));
    await output.start();
    await copyInOrder(copies);
    await output.finalize();
  } catch (error) {
    Deno.removeSync(to);
    throw error;
  } finally {
    input.dispose();
  }
}

/** A track on its way to the new file. */
interface TrackCopy {
  /** The time of the packet that is next, in seconds; infinite after the last one. */
  readonly nextAt: () => number;
  readonly copyNext: () => Promise<void>;
}

/** Packets in the order of time, so that the tracks of the new file lie beside each other. */
async function copyInOrder(copies: readonly TrackCopy[]): Promise<void> {
  for (;;) {
    const first = copies.reduce((found, copy) => copy.nextAt() < found.nextAt() ? copy : found);
    if (first.nextAt() === Infinity) return;
    await first.copyNext();
  }
}

async function copyOf(
  mediabunny: Mediabunny,
  output: Output,
  track: InputVideoTrack | InputAudioTrack,
  maximumPacketCount: number,
): Promise<TrackCopy> {
  const { EncodedAudioPacketSource, EncodedPacketSink, EncodedVideoPacketSource } = mediabunny;
  const decoderConfig = await track.getDecoderConfig();
  const source = track.isVideoTrack()
    ? new EncodedVideoPacketSource(await track.getCodec() as "avc")
    : new EncodedAudioPacketSource(await track.getCodec() as "opus");
  if (source instanceof EncodedVideoPacketSource) {
    const rotation = track.isVideoTrack() ? await track.getRotation() : 0;
    output.addVideoTrack(source, { maximumPacketCount, rotation });
  } else output.addAudioTrack(source, { maximumPacketCount });
  const packets = new EncodedPacketSink(track).packets();
  let next = await packets.next();
  return {
    nextAt: () => next.done ? Infinity : next.value.timestamp,
    copyNext: async () => {
      if (next.done) return;
      await source.add(next.value, { decoderConfig } as { decoderConfig: VideoDecoderConfig & AudioDecoderConfig });
      next = await packets.next();
      if (next.done) source.close();
    },
  };
}
