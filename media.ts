/**
 * Media: what scripts ask of files before they build graphs, and the times of streams that come from elsewhere.
 *
 * @module
 */
export { readMedia } from "./processors/media/read_media.ts";
export type { MediaInfo, TrackInfo } from "./processors/media/media_info.ts";
export type { Matrix, PictureFormat } from "./processors/media/picture_format.ts";

// Media time.
export { mediaTimeToNs, nsToMediaTime } from "./core/clock/media_time.ts";
export type { MediaTime } from "./core/clock/media_time.ts";
export { RtpClock, RtpUnwrapper } from "./core/clock/rtp.ts";
export { areSynchronized, videoAudioDeltaMs } from "./core/clock/sync.ts";
export { nsToTicks, ticksToNs } from "./core/clock/ticks.ts";
