/**
 * One track of a media file.
 *
 * @module
 */
import type {
  EncodedPacket,
  EncodedPacketSink,
  InputAudioTrack,
  InputVideoTrack,
  PacketRetrievalOptions,
} from "mediabunny";
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import { AUDIO_CODECS, type AudioFormat, type Codec, type EncodedFormat } from "../../core/frames/format.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { bytesPerSample, type WavSampleFormat } from "../file/wav_format.ts";
import type { Mediabunny } from "./containers.ts";
import { opusGainDb, opusPreSkipNs } from "./audio_headers.ts";
import type { CodecDelays } from "./codec_delay.ts";
import type { Mp3Ends } from "./mp3_tag.ts";
import type { Gap, MendedView } from "./mended_view.ts";
import type { EditEnd } from "./mp4_edits.ts";
import { PacketGuard } from "./packet_walk.ts";
import { type PacketConverter, packetConverter } from "./packet_converter.ts";
import { PictureTimes } from "./picture_times.ts";
import { aspectOfShown, type PictureFormat, readColours, readH264Samples, shownSize } from "./picture_format.ts";
import { type PacketTimes, type SoundHeader, SoundTimes } from "./sound_times.ts";

/** Codecs by mediabunny's names. */
const CODECS: Readonly<Record<string, Codec>> = {
  avc: "h264",
  hevc: "hevc",
  vp8: "vp8",
  vp9: "vp9",
  av1: "av1",
  opus: "opus",
  aac: "aac",
  flac: "flac",
  mp3: "mp3",
};

/** Formats of samples by mediabunny's names. */
const PCM: Readonly<Record<string, WavSampleFormat>> = {
  "pcm-u8": "u8",
  "pcm-s16": "s16",
  "pcm-s24": "s24",
  "pcm-s32": "s32",
  "pcm-f32": "f32",
  "pcm-f64": "f64",
};

/** By how many pictures one is decoded before it is shown at most: H.264 and H.265 keep up to 16 of them. */
const MOST_REORDERED = 16;

/** A time that is earlier by less is the same one, rounded. */
const LEAST_BEFORE_SECONDS = 5e-4;

/** How much before a place decoders of Opus begin, to sound there as if they had decoded all (RFC 7845, 4.6). */
const OPUS_PREROLL_NS = 80e6;

/** What a header can say of a track: beyond that, it is faulty. */
const MOST_CHANNELS = 8;
const MOST_RATE_HZ = 768_000;
const MOST_SIDE = 65_535;

/** What frames carry: of pictures, and of sound. */
const CARRIED_PICTURES = Object.values(CODECS).filter((codec) => !AUDIO_CODECS.has(codec));
const CARRIED_SOUND = [...Object.values(CODECS).filter((codec) => AUDIO_CODECS.has(codec)), ...Object.keys(PCM)];

/** A packet as frames are made of it. */
export interface FilePacket extends PacketTimes {
  readonly bytes: Uint8Array;
  readonly keyframe: boolean;
  /** What lies between it and the packet before, if it does not follow on that. */
  readonly after: Gap["kind"] | undefined;
}

/** What a file says of a track. */
interface TrackHeader {
  readonly id: number;
  readonly port: FileTrack["port"];
  readonly codec: string;
  readonly rotation: number;
  readonly picture: PictureFormat;
  readonly format: FileTrack["format"];
  readonly convert: PacketConverter;
  readonly refusal: string | undefined;
  readonly pictures: PictureTimes | undefined;
  readonly sound: SoundHeader | undefined;
}

/** What the container of a track is read with. */
export interface TrackContainer {
  readonly isOgg: boolean;
  /** Of Matroska and WebM. */
  readonly delays: CodecDelays | undefined;
  /** Of MP4 and QuickTime, by the numbers of tracks. */
  readonly editEnds: ReadonlyMap<number, EditEnd>;
  /** Of MP3. */
  readonly mp3Ends: Mp3Ends | undefined;
  /** Where packets do not follow on those before. */
  readonly gaps: MendedView["gaps"];
}

/** What a track holds, and its packets. */
export class FileTrack {
  /** The output that carries it. */
  readonly port: "video" | "audio" | "pcm";
  /** `undefined` if no frame carries it. */
  readonly format: EncodedFormat | AudioFormat | undefined;
  /** Why no frame carries it: "its codec is vorbis, ...". */
  readonly refusal: string | undefined;
  /** The codec, as messages name it. */
  readonly codec: string;
  /** By how many degrees its pictures are to be turned clockwise: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** For video: what it says of its pictures beside their size. */
  readonly picture: PictureFormat;
  /** For PCM: the format of its samples. */
  readonly sampleFormat: WavSampleFormat | undefined;
  readonly #sink: EncodedPacketSink;
  readonly #convert: PacketConverter;
  readonly #id: number;
  readonly #gaps: MendedView["gaps"];
  /** Whether its container may leave out how long the last packet lasts: Matroska and WebM. */
  readonly #isOpenEnded: boolean;
  /** Of encoded sound, and of pictures that the file says the duration of. */
  readonly #times: SoundTimes | undefined;
  readonly #pictures: PictureTimes | undefined;
  /** The time of the container at the file's start, seconds. */
  originSeconds = 0;
  /** How many packets could not be read so far. */
  lostPackets = 0;
  /** The place of the last one of them, and whether it lies before the next packet. */
  #lost = -1;
  #hasLost = false;
  readonly #guard = new PacketGuard();
  #packets: AsyncGenerator<EncodedPacket, void, unknown> | undefined;
  #next: FilePacket | undefined;
  /** The place in the order of decoding of the last packet that is read. */
  #last = Infinity;
  /** Gaps that lie before the next packet; `undefined` before the first one. */
  #passed: number | undefined;
  /** By how much times are earlier than those of the container, since sound was joined, and from when on it is heard. */
  #joined = { earlierNs: 0, heardNs: -Infinity };

  private constructor(header: TrackHeader, sink: EncodedPacketSink, { gaps, delays }: TrackContainer) {
    this.port = header.port;
    this.codec = header.codec;
    this.rotation = header.rotation;
    this.picture = header.picture;
    this.format = header.format;
    this.refusal = header.refusal;
    this.sampleFormat = PCM[header.codec];
    this.#sink = sink;
    this.#id = header.id;
    this.#gaps = gaps;
    this.#isOpenEnded = delays !== undefined;
    this.#convert = header.convert;
    this.#times = header.sound && new SoundTimes(header.sound);
    this.#pictures = header.pictures;
  }

  /** Reads what a file says of a track. */
  static async read(
    mediabunny: Mediabunny,
    track: InputVideoTrack | InputAudioTrack,
    container: TrackContainer,
  ): Promise<FileTrack> {
    const name = await track.getCodec() ?? String(await track.getInternalCodecId() ?? "unknown");
    const config = await track.getDecoderConfig();
    const description = config?.description === undefined ? undefined : bytesOf(config.description);
    const sink = new mediabunny.EncodedPacketSink(track);
    const isSound = track.isAudioTrack() && !(name in PCM);
    const delayNs = isSound ? await delayOf(track, container, description) : 0;
    const picture = track.isVideoTrack() ? await pictureFormat(name, track, config, description, sink) : {};
    const header = {
      id: track.id,
      port: track.isVideoTrack() ? "video" : name in PCM ? "pcm" : "audio",
      codec: CODECS[name] ?? name,
      rotation: track.isVideoTrack() ? await track.getRotation() : 0,
      picture,
      pictures: track.isVideoTrack() ? await pictureTimes(track, container) : undefined,
      sound: isSound
        ? {
          ...container,
          codec: name,
          primingNs: name === "opus" ? Math.round(opusPreSkipNs(description)) : delayNs,
          editEnd: container.mp3Ends?.end ?? container.editEnds.get(track.id),
          firstSeconds: () => track.getFirstTimestamp(),
        }
        : undefined,
      ...carried(
        config === null ? undefined : formatOf(name, config, description, picture),
        name,
        track.isVideoTrack(),
        description,
      ),
    } as const;
    const read = new FileTrack(header, sink, container);
    read.originSeconds = delayNs / 1e9;
    return read;
  }

  /** Of pictures: how many the file says that there are in a second. */
  get frameRate(): number | undefined {
    return this.#pictures?.frameRate;
  }

  /** Where its sound ends, seconds since the file's start, if the file says that of it. */
  get endSeconds(): number | undefined {
    const endNs = this.#times?.endNs;
    return endNs === undefined ? undefined : endNs / 1e9;
  }

  /** The packet that is next; `undefined` after the last one. */
  get next(): FilePacket | undefined {
    return this.#next;
  }

  /**
   * Goes to a place: of video to the key frame at or before it, of audio to the packet with it, of Opus to what decoders
   * need before that.
   *
   * @param timeNs nanoseconds since the file's start
   * @param endNs the time of the first packet that is not read any more, but for those which ones before it need
   */
  async seek(timeNs: number, endNs: number): Promise<void> {
    await this.#packets?.return();
    this.#last = endNs === Infinity ? Infinity : await this.#lastBefore(this.#secondsBefore(endNs));
    await this.#times?.begin(this.originSeconds);
    const first = await this.#keyPacketAt(this.codec === "opus" ? timeNs - OPUS_PREROLL_NS : timeNs);
    this.#packets = first === null ? undefined : this.#sink.packets(first);
    this.#passed = undefined;
    this.#hasLost = false;
    await this.advance();
  }

  /** Goes to the first packet, a key frame or not: the track is a part of a stream that goes on. */
  async begin(): Promise<void> {
    await this.#packets?.return();
    await this.#times?.begin(this.originSeconds);
    const first = await this.#sink.getFirstPacket();
    this.#packets = first === null ? undefined : this.#sink.packets(first);
    await this.advance();
  }

  /**
   * How many packets at or after a time are read up to it, since ones before it need them: of pictures whose order of
   * decoding is not that of time.
   */
  async countBeyond(endNs: number): Promise<number> {
    const seconds = this.#secondsBefore(endNs);
    const last = await this.#lastBefore(seconds);
    const about = { metadataOnly: true };
    let count = 0;
    let packet = await this.#sink.getKeyPacket(seconds - 1e-6, about);
    while (packet !== null && packet.sequenceNumber <= last) {
      if (packet.timestamp >= seconds) count++;
      packet = await this.#sink.getNextPacket(packet, about);
    }
    return count;
  }

  /** How many packets before a time are read to reach it, since ones from it on need them. */
  async countBefore(timeNs: number): Promise<number> {
    const seconds = this.#secondsBefore(timeNs) - LEAST_BEFORE_SECONDS;
    const about = { metadataOnly: true };
    let packet = await this.#keyPacketAt(timeNs, about);
    let count = 0;
    for (let after = 0; packet !== null && after <= MOST_REORDERED; after++) {
      if (packet.timestamp < seconds) [count, after] = [count + 1, 0];
      packet = await this.#sink.getNextPacket(packet, about);
    }
    return count;
  }

  /** Goes on to the packet after {@linkcode next}. */
  async advance(): Promise<void> {
    this.#next = undefined;
    while (this.#packets !== undefined && this.#next === undefined) {
      const { value, done } = await this.#packets.next();
      if (done || value === undefined || value.sequenceNumber > this.#last) break;
      this.#guard.check(value);
      this.#next = this.#packetOf(value);
    }
  }

  /**
   * Where the last packet of sound ends, seconds since the file's start, by what it holds. `undefined` for pictures, and
   * where the container says it. The track is at its end then.
   */
  async lastEndSeconds(): Promise<number | undefined> {
    if (this.port === "video" || !this.#isOpenEnded) return undefined;
    let endNs: number | undefined;
    for (await this.seek(Number.MAX_SAFE_INTEGER, Infinity); this.#next !== undefined; await this.advance()) {
      const { timeNs, durationNs, bytes } = this.#next;
      endNs = timeNs + Math.max(durationNs, this.#samplesNs(bytes));
    }
    return endNs === undefined ? undefined : endNs / 1e9;
  }

  /** How long samples last; 0 for encoded sound. */
  #samplesNs({ length }: Uint8Array): number {
    if (this.format?.kind !== "audio") return 0;
    return samplesToNs(length / this.format.channels / bytesPerSample(this.sampleFormat!), this.format.sampleRateHz);
  }

  /** Lets go of what was read ahead. */
  async close(): Promise<void> {
    await this.#packets?.return();
  }

  /** Sums with an origin are rounded: far less than a tick of the clock of MPEG-TS, whose second has 90,000. */
  get #rounding(): number {
    if (this.#pictures !== undefined) return LEAST_BEFORE_SECONDS;
    return this.originSeconds === 0 ? 0 : 1e-6;
  }

  /** The packet that a place is reached from. */
  async #keyPacketAt(timeNs: number, about?: PacketRetrievalOptions): Promise<EncodedPacket | null> {
    const seconds = timeNs / 1e9 + this.originSeconds + this.#rounding;
    const found = timeNs <= 0 ? null : await this.#sink.getKeyPacket(seconds, about);
    return found ?? await this.#sink.getFirstKeyPacket(about);
  }

  /** The time of the container that packets before an end are before. */
  #secondsBefore(endNs: number): number {
    return endNs / 1e9 + this.originSeconds - this.#rounding;
  }

  /** The place of the last packet with a time before another: of those around it, pictures may be reordered. */
  async #lastBefore(seconds: number): Promise<number> {
    const about = { metadataOnly: true };
    let packet = await this.#sink.getPacket(seconds - 1e-6, about);
    let last = -1;
    for (let after = 0; packet !== null && after <= MOST_REORDERED; after++) {
      if (packet.timestamp < seconds) [last, after] = [packet.sequenceNumber, 0];
      packet = await this.#sink.getNextPacket(packet, about);
    }
    return last;
  }

  #packetOf(packet: EncodedPacket): FilePacket | undefined {
    const keyframe = packet.type === "key";
    const bytes = this.#convert(packet.data, keyframe);
    if (bytes === undefined || bytes.length === 0 || !Number.isFinite(packet.timestamp)) {
      if (packet.data.length > 0) this.#lose(packet);
      return undefined;
    }
    const times = this.#times === undefined
      ? this.#pictures?.of(packet) ?? this.#timesOf(packet)
      : this.#times.of(packet, bytes);
    if (times === undefined) return undefined;
    return { bytes, keyframe, ...this.#placed(times, packet) };
  }

  /** Counts a packet that cannot be read: once, however often it is come across. */
  #lose({ sequenceNumber }: EncodedPacket): void {
    this.#hasLost = true;
    if (sequenceNumber <= this.#lost) return;
    this.#lost = sequenceNumber;
    this.lostPackets++;
  }

  /** Finds what lies between a packet and the one before, and moves its times by what is not heard at joints. */
  #placed(times: PacketTimes, { sequenceNumber }: EncodedPacket): PacketTimes & Pick<FilePacket, "after"> {
    const before = this.#passed;
    let after: Gap["kind"] | undefined = this.#hasLost ? "loss" : undefined;
    let passed = before ?? 0;
    this.#hasLost = false;
    if (before === undefined) this.#joined = { earlierNs: 0, heardNs: -Infinity };
    for (; passed < this.#gaps.length && this.#gaps[passed].from <= sequenceNumber; passed++) {
      const { track = this.#id, kind, cutNs = 0, unheardNs = 0 } = this.#gaps[passed];
      if (track !== this.#id) continue;
      after = kind;
      this.#joined = {
        earlierNs: this.#joined.earlierNs + cutNs + unheardNs,
        heardNs: unheardNs > 0 ? times.timeNs - this.#joined.earlierNs - cutNs : this.#joined.heardNs,
      };
    }
    this.#passed = passed;
    const { earlierNs, heardNs } = this.#joined;
    const next = this.#gaps[passed];
    const timeNs = times.timeNs - earlierNs;
    return {
      timeNs,
      durationNs: times.durationNs - (next?.before === sequenceNumber ? next.cutNs! : 0),
      unheardNs: Math.max(times.unheardNs, Math.min(times.durationNs, heardNs - timeNs)),
      after: before === undefined ? undefined : after,
    };
  }

  #timesOf({ timestamp, duration }: EncodedPacket): PacketTimes {
    const seconds = timestamp - this.originSeconds;
    const timeNs = Math.round(seconds * 1e9);
    return { timeNs, durationNs: Math.max(0, Math.round((seconds + duration) * 1e9) - timeNs), unheardNs: 0 };
  }
}

/**
 * The error for a track that no frame carries.
 *
 * @param name the track, as a source's output names it
 */
export function unsupportedTrack(
  path: string,
  name: string,
  { port, refusal }: FileTrack,
  details: SluiceErrorDetails,
): SluiceError {
  const format = port === "video" ? "yuv4mpegpipe -pix_fmt yuv420p" : "f32le -ac 2 -ar 48000";
  const mend = `"ffmpeg -v error -i FILE -f ${format} -"`;
  return new SluiceError(
    "InvalidMedia",
    `Cannot read ${name} of ${JSON.stringify(path)}: ${refusal}; let ${mend} decode it, as command of a "pipe-source"`,
    { ...details, available: port === "video" ? CARRIED_PICTURES : CARRIED_SOUND },
  );
}

/** When the pictures of a track are shown that says how long each lasts. */
async function pictureTimes(track: InputVideoTrack, { delays }: TrackContainer): Promise<PictureTimes | undefined> {
  const pictureNs = delays?.pictureNs(track);
  return pictureNs === undefined ? undefined : new PictureTimes(pictureNs, await track.getFirstTimestamp());
}

/** What a track of video says of its pictures: MPEG-TS says it in the packets alone. */
async function pictureFormat(
  name: string,
  track: InputVideoTrack,
  config: VideoDecoderConfig | AudioDecoderConfig | null,
  description: Uint8Array | undefined,
  sink: EncodedPacketSink,
): Promise<PictureFormat> {
  const colours = readColours((config as VideoDecoderConfig | null)?.colorSpace);
  const aspect = await pixelAspect(track);
  if (name !== "avc") return { ...colours, ...aspect };
  const first = description === undefined ? (await sink.getFirstKeyPacket())?.data : undefined;
  const samples = readH264Samples(description, first ?? new Uint8Array());
  const size = { width: await track.getCodedWidth(), height: await track.getCodedHeight() };
  // The container counts. Some tell the size in which pictures are shown, which is rounded: the stream may be exact.
  const shown = [samples, aspect].map(({ pixelAspect }) => shownSize(size, pixelAspect));
  const isSame = shown[0].width === shown[1].width && shown[0].height === shown[1].height;
  return { ...samples, ...(isSame ? {} : aspect), ...colours };
}

/** How wide pixels are, as the container says it. */
async function pixelAspect(track: InputVideoTrack): Promise<Pick<PictureFormat, "pixelAspect">> {
  const coded = { width: await track.getCodedWidth(), height: await track.getCodedHeight() };
  const shown = { width: await track.getSquarePixelWidth(), height: await track.getSquarePixelHeight() };
  const pixelAspect = aspectOfShown(coded, shown);
  return pixelAspect === undefined ? {} : { pixelAspect };
}

/** How frames carry a track, or why they do not. */
function carried(
  format: FileTrack["format"],
  name: string,
  isPictures: boolean,
  description: Uint8Array | undefined,
): Pick<TrackHeader, "format" | "convert" | "refusal"> {
  const convert: PacketConverter = (same) => same;
  if (format === undefined) {
    const wanted = isPictures ? CARRIED_PICTURES : CARRIED_SOUND;
    const refusal = wanted.includes(CODECS[name] ?? name)
      ? `its ${CODECS[name] ?? name} has a faulty header, or more than ${MOST_CHANNELS} channels`
      : `its codec is ${name}, wanted ${wanted.join(", ")}`;
    return { format, convert, refusal };
  }
  if (format.kind === "audio") return { format, convert, refusal: undefined };
  try {
    return { format, convert: packetConverter(format, description), refusal: undefined };
  } catch (error) {
    return { format: undefined, convert, refusal: (error as Error).message };
  }
}

function formatOf(
  name: string,
  config: VideoDecoderConfig | AudioDecoderConfig,
  description: Uint8Array | undefined,
  { pixelAspect }: PictureFormat,
): FileTrack["format"] {
  const { codedWidth: width, codedHeight: height } = config as VideoDecoderConfig;
  const { numberOfChannels: channels, sampleRate: sampleRateHz } = config as AudioDecoderConfig;
  const codec = CODECS[name];
  if (codec === undefined && !(name in PCM)) return undefined;
  if (channels !== undefined) {
    const isSane = isWithin(channels, MOST_CHANNELS) && isWithin(sampleRateHz, MOST_RATE_HZ);
    if (!isSane) return undefined;
    if (name in PCM) return { kind: "audio", channels, sampleRateHz };
    const gainDb = codec === "opus" ? opusGainDb(description) : 0;
    return { kind: "encoded", codec, channels, sampleRateHz, ...(gainDb !== 0 && { gainDb }) };
  }
  const isSized = isWithin(width, MOST_SIDE) && isWithin(height, MOST_SIDE);
  const size = isSized ? { width, height } : undefined;
  return { kind: "encoded", codec, ...size, ...(pixelAspect !== undefined && { pixelAspect }) };
}

function isWithin(value: number | undefined, most: number): value is number {
  return Number.isInteger(value) && value! >= 1 && value! <= most;
}

/**
 * By how many nanoseconds a track of sound in Matroska or MP3 is late in the file; 0 for other containers. In Matroska
 * without a `CodecDelay`, which Opus has to have, it is that of its own header, unless the file counts it off already.
 */
async function delayOf(
  track: InputAudioTrack,
  { delays, mp3Ends }: TrackContainer,
  description: Uint8Array | undefined,
): Promise<number> {
  if (mp3Ends !== undefined) return mp3Ends.leadNs;
  const told = delays?.delayNs(track);
  if (told !== undefined || delays === undefined) return told ?? 0;
  const delayNs = await track.getCodec() === "opus" ? opusPreSkipNs(description) : 0;
  return delayNs > 0 && await track.getFirstTimestamp() < 0 ? 0 : delayNs;
}

/** The bytes of what mediabunny hands out. */
export function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
