/**
 * Media files: what scripts ask of them before they build graphs.
 *
 * @module
 */
export { readMedia } from "./processors/media/read_media.ts";
export type { MediaInfo, TrackInfo } from "./processors/media/media_info.ts";
export type { Matrix, PictureFormat } from "./processors/media/picture_format.ts";
