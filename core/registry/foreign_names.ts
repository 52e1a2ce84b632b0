/**
 * Maps names of GStreamer elements and everyday words to node types, for users who type the names that they know.
 *
 * @module
 */

/** The counterpart of an element. */
export interface Counterpart {
  /** Names of node types; messages list the registered ones. */
  readonly types: readonly string[];
  /** Advice beside these types or in place of them. */
  readonly advice?: string;
}

const READS: Counterpart = { types: ["media-source", "wav-source"] };
const WRITES: Counterpart = { types: ["media-sink"], advice: "it muxes by the extension of its path" };
const DECODES: Counterpart = {
  types: ["h264-decode", "audio-decode"],
  advice: 'convert: "auto", which -e has, puts the decoder in',
};
const LISTED = '"sluice devices" lists them';
const SHOWS: Counterpart = {
  types: ["display"],
  advice: "the page shows pictures too: sluice run --serve, or sluice play FILE",
};
const PLAYS: Counterpart = { types: ["speaker"], advice: `${LISTED}, and sluice play FILE --speaker plays a file` };
const HEARS: Counterpart = { types: ["microphone"], advice: `${LISTED}, and sluice record --microphone records one` };
const SEES: Counterpart = { types: ["camera", "ffmpeg-source"], advice: `${LISTED}; ffmpeg reads one in the network` };
const CAPTURES: Counterpart = { types: ["screen"], advice: `${LISTED}, and sluice record --screen records one` };
const LINKS: Counterpart = {
  types: [],
  advice:
    "each link queues, and an output may have several: leave the element out, and name the node before it, id=NAME",
};

/** Counterparts of elements, each with their names. */
const ELEMENTS: ReadonlyMap<string, Counterpart> = byName([
  ["filesrc uridecodebin urisourcebin wavparse", READS],
  ["playbin", {
    types: ["media-source"],
    advice: "sluice play FILE plays a file to the page, or with --speaker to a speaker",
  }],
  ["filesink", { types: ["media-sink", "wav-sink", "image-sink"] }],
  ["wavenc", { types: ["wav-sink"] }],
  ["splitmuxsink", WRITES],
  ["decodebin decodebin3 parsebin", DECODES],
  ["videoconvert", { types: ["convert"] }],
  ["videoscale videoflip videocrop", { types: ["scale"] }],
  ["videoconvertscale", { types: ["scale", "convert"] }],
  ["videorate", { types: ["frame-rate"] }],
  ["videotestsrc", { types: ["pattern-source"] }],
  ["videomixer", { types: ["compositor"] }],
  ["textoverlay", { types: ["overlay"] }],
  ["audioconvert", { types: ["channel-mapper"], advice: "samples are 32-bit floats everywhere" }],
  ["audioresample", { types: ["resampler"] }],
  ["audiotestsrc", { types: ["tone-source"] }],
  ["audiomixer", { types: ["mixer"] }],
  ["volume", { types: ["gain"] }],
  ["level", { types: ["level-meter"] }],
  ["x264enc openh264enc", { types: ["h264-encode"] }],
  ["opusenc", { types: ["opus-encode"] }],
  ["flacenc", { types: ["flac-encode"] }],
  ["jpegenc", { types: ["jpeg-encode"] }],
  ["pngenc multifilesink", { types: ["image-sink"] }],
  ["multifilesrc", { types: ["image-source"] }],
  ["fdsrc", { types: ["pipe-source"] }],
  ["fdsink", { types: ["pipe-sink"] }],
  ["queue queue2 tee", LINKS],
  ["autovideosink ximagesink xvimagesink glimagesink", SHOWS],
  ["autoaudiosink alsasink pulsesink", PLAYS],
  ["autoaudiosrc alsasrc pulsesrc", HEARS],
  ["autovideosrc v4l2src", SEES],
  ["ximagesrc", CAPTURES],
]);

/** Families of elements, by the ends or beginnings of their names. */
const BY_SHAPE: readonly (readonly [shape: RegExp, Counterpart])[] = [
  [/^(mp4|qt|matroska|webm|ogg|mpegts)mux$/, WRITES],
  [/^(qt|matroska|ogg|ts)demux$/, READS],
  [/^(avdec_\w+|\w+dec)$/, DECODES],
];

const LOUDNESS: Counterpart = {
  types: ["loudness", "normalize"],
  advice: "sluice convert --loudness -16 brings a file to a loudness in two passes",
};
const DUCKS: Counterpart = {
  types: ["compressor"],
  advice: 'link what is to be heard above the other to its input "sidechain"',
};
const JOINS: Counterpart = {
  types: ["concat", "mixer"],
  advice: "sluice convert --join does so with files; a mixer adds what runs at the same time",
};
const CROSSES: Counterpart = {
  types: ["fade", "concat"],
  advice: "concat fades from stream to stream if asked; two of fade before a mixer do so anywhere",
};
const TITLES: Counterpart = { types: ["overlay", "compositor"] };
const FILTERS: Counterpart = { types: ["equaliser", "biquad"] };
const RATES: Counterpart = { types: ["resampler", "frame-rate"] };

/** Counterparts of words, without spaces and hyphens. */
const WORDS: ReadonlyMap<string, Counterpart> = byName([
  ["normalise normalizer normaliser loudnorm lufs lkfs r128 ebur128", LOUDNESS],
  ["duck ducker ducking sidechain", DUCKS],
  ["join concat concatenate append playlist", JOINS],
  ["crossfade xfade fadein fadeout", CROSSES],
  ["microphone mic", HEARS],
  ["camera webcam", SEES],
  ["speaker loudspeaker headphones", PLAYS],
  ["screen desktop screencast", CAPTURES],
  ["display window", SHOWS],
  ["crawl ticker marquee", { types: ["overlay"], advice: 'set its "crawl" to pixels a second' }],
  ["logo watermark text title subtitle", TITLES],
  ["pip", { types: ["compositor"] }],
  ["crop", { types: ["scale", "compositor"] }],
  ["rotate resize", { types: ["scale"] }],
  ["fps samplerate resample", RATES],
  ["eq equalizer highpass lowpass", FILTERS],
  ["cut", { types: ["trim"] }],
  ["clip", { types: ["trim", "limiter"] }],
  ["pan downmix mono stereo", { types: ["channel-mapper"] }],
  ["vu", { types: ["level-meter", "loudness"] }],
  ["silence", { types: ["voice-activity", "noise-gate"] }],
  ["vad", { types: ["voice-activity"] }],
  ["mp3", { types: ["mp3-decode", "ffmpeg-sink"] }],
  ["record", { types: ["media-sink", "wav-sink"] }],
  ["slideshow", { types: ["image-source"] }],
]);

/** Returns the counterpart of an everyday word; `undefined` for others. */
export function meantBy(word: string): Counterpart | undefined {
  return WORDS.get(word.toLowerCase().replace(/[^a-z0-9]/g, ""));
}

/** Returns the counterpart of a GStreamer element; `undefined` for other names. */
export function counterpartOf(name: string): Counterpart | undefined {
  const written = name.toLowerCase();
  return ELEMENTS.get(written) ?? BY_SHAPE.find(([shape]) => shape.test(written))?.[1];
}

/** Makes a table whose rows have the names of a counterpart, with spaces between them. */
function byName(rows: readonly (readonly [names: string, Counterpart])[]): ReadonlyMap<string, Counterpart> {
  return new Map(rows.flatMap(([names, counterpart]) => names.split(" ").map((name) => [name, counterpart] as const)));
}
