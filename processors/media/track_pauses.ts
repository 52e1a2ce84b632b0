/**
 * Lets the tracks of a file go on while nothing comes of one of them. mediabunny puts packets in order of time, and so
 * keeps what comes until each track has a packet, or is closed for good: here the track is closed to its writer only.
 *
 * @module
 */
import type { EncodedAudioPacketSource, EncodedVideoPacketSource, Output } from "mediabunny";

/** A track in mediabunny's writer, where that puts several in order. */
interface TrackData {
  readonly track: unknown;
  closed: boolean;
}

/** What of mediabunny's writer is touched. */
interface PausingWriter {
  readonly _muxer: {
    readonly trackDatas?: readonly TrackData[];
    readonly onTrackClose: (track: unknown) => Promise<void>;
  };
}

/** What gives a track its packets. */
type Source = EncodedVideoPacketSource | EncodedAudioPacketSource;

/** Has the other tracks no longer wait for a track that has had a packet. */
export async function pauseTrack(output: Output, source: Source): Promise<void> {
  await (output as unknown as PausingWriter)._muxer.onTrackClose(trackOf(source));
}

/** Has the other tracks wait for a paused track again, whose next packet follows. */
export function resumeTrack(output: Output, source: Source): void {
  const track = trackOf(source);
  const written = (output as unknown as PausingWriter)._muxer.trackDatas?.find((each) => each.track === track);
  if (written !== undefined) written.closed = false;
}

function trackOf(source: Source): unknown {
  return (source as unknown as { readonly _connectedTrack: unknown })._connectedTrack;
}
