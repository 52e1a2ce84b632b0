/**
 * The `http-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { cutSamples } from "../media/cut_samples.ts";
import { assertSamples } from "../media/sample_magic.ts";
import { type BodyCut, BodySplitter } from "./body_splitter.ts";
import { type BodyPart, HttpBody } from "./http_body.ts";
import { ReceivedMessages } from "./received_messages.ts";
import { GAP, retried } from "./retried.ts";
import { pause } from "./retry.ts";
import { isPcm } from "./source_ports.ts";
import { checkHeaders } from "./websocket_handshake.ts";

/** Comes behind the last chunk of a body. */
const COMPLETE = Symbol("complete");

const CUTS: { readonly [format: string]: BodyCut } = {
  bytes: "chunks",
  lines: "lines",
  ndjson: "lines",
  text: "whole",
  json: "whole",
};

/**
 * Gets what a server has, over HTTP.
 *
 * **Purpose.** Gets a URL, and makes values or samples of the answer: the whole of it, its lines, or its bytes as they
 * come. With `periodSeconds` it does so again and again; without, the stream ends with the answer. In a live graph it tries
 * again whenever it fails, with growing pauses. It goes on where the answer broke off if the server gives parts; if not,
 * the answer begins anew, and its first frame is flagged as a discontinuity. A value that is not as it should be is left
 * out there, counted, and said; an offline graph fails. Nothing is read while the links are full.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `data`: values. `audio`: blocks of up to 1,024 samples, with a format of samples. Frames for an output
 * without a link are dropped.
 *
 * **Config.** `url`, `headers`, `format`, `periodSeconds`, `sampleRateHz`, `channels`, `maxBytes`, `timeoutSeconds`,
 * `silenceSeconds`, `retries`, `retrySeconds`. Figures: `received` and `refused` values or pieces, `answers`.
 *
 * **Example.**
 * ```json
 * { "weather": { "type": "http-source", "config": {
 *   "url": "https://example.com/now.json", "format": "json", "periodSeconds": 60
 * } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["http", "https", "network", "client", "fetch", "poll", "get", "url", "json", "pcm"],
  portsFrom: "./source_ports.ts",
  figures: ["received", "refused", "answers"],
})
export class HttpSource {
  /** Values. */
  @output()
  data!: StreamOutput<DataFrame<unknown>>;
  /** Samples. */
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** The address to get. @pattern ^https?://[^/?#]+ @reaches url */
  @config()
  url!: string;
  /** Sent along with the request, such as `"Authorization": "Bearer ${env:TOKEN}"`. */
  @config()
  headers: Record<string, string> = {};
  /**
   * The form of an answer: one value (`text`, `json`), a value for each line (`lines`, `ndjson`), bytes as they come,
   * or interleaved samples without a header, in little-endian order.
   */
  @config()
  format: "text" | "json" | "lines" | "ndjson" | "bytes" | "s16" | "s24" | "s32" | "f32" = "bytes";
  /** How often to get it, from the start of one request to that of the next; by default once. @minimum 0.01 @maximum 86400 @unit s */
  @config()
  periodSeconds?: number;
  /** For samples: how many a second in each channel. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48000;
  /** For samples: number of channels. @integer @minimum 1 @maximum 8 */
  @config()
  channels = 2;
  /** The longest value: an answer, or a line. @integer @minimum 1 @maximum 1073741824 @unit bytes */
  @config()
  maxBytes = 16_777_216;
  /** How long the server may take to answer. @exclusiveMinimum 0 @maximum 3600 @unit s */
  @config()
  timeoutSeconds = 10;
  /** An answer of which nothing comes for so long is lost. @minimum 0.01 @maximum 86400 @unit s */
  @config()
  silenceSeconds = 30;
  /**
   * How often in a row it tries again; by default without end in a live graph, never in an offline one.
   * @integer @minimum 0
   */
  @config()
  retries?: number;
  /** The pause before it tries again; it doubles with each try in a row, up to 30 s. @minimum 0.001 @maximum 30 @unit s */
  @config()
  retrySeconds = 0.5;

  #messages!: ReceivedMessages;
  #splitter!: BodySplitter;
  #answers = 0;
  /** What has come of an answer that is not complete. */
  #part: BodyPart | undefined;
  #hasBroken = false;

  /** Announces the format of samples. */
  setup(context: ProcessorContext): void {
    const { data, audio, format, maxBytes } = this;
    checkHeaders(this.headers);
    this.#messages = new ReceivedMessages(context, this, { data, audio });
    const cut = CUTS[format] ?? "units";
    const { unitBytes } = this.#messages;
    this.#splitter = new BodySplitter(cut, unitBytes, maxBytes, (error) => this.#messages.refuse(error));
  }

  /** Gets the URL until the graph stops, or the stream is over. */
  async process(context: ProcessorContext): Promise<void> {
    const { signal, log, mode } = context;
    const { retries = mode === "live" ? Infinity : 0, retrySeconds, periodSeconds } = this;
    for await (const chunk of retried({ retries, retrySeconds, signal, log }, () => this.#answersOf(context))) {
      if (chunk === GAP) this.#hasBroken = true;
      else if (chunk !== COMPLETE) await this.#takeAll(this.#splitter.push(chunk));
      else {
        const { rest } = this.#splitter;
        await this.#takeAll(this.#splitter.end());
        if (isPcm(this.format) && rest > 0) log.warn(cutSamples(rest, this.#messages.unitBytes));
        if (periodSeconds === undefined) break;
      }
    }
    context.finish();
  }

  async #takeAll(messages: Iterable<Uint8Array>): Promise<void> {
    for (const message of messages) await this.#messages.take(message);
  }

  /** One answer after another, in chunks. */
  async *#answersOf(context: ProcessorContext): AsyncGenerator<Uint8Array | typeof COMPLETE> {
    for (;;) {
      const startNs = context.nowNs();
      yield* this.#answer(context.signal);
      yield COMPLETE;
      const { periodSeconds = 0 } = this;
      await pause(Math.max(0, periodSeconds - (context.nowNs() - startNs) / 1e9), context.signal);
    }
  }

  async *#answer(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { headers, timeoutSeconds, silenceSeconds } = this;
    const options = { headers, timeoutSeconds, silenceSeconds, signal };
    await using body = await HttpBody.open(new URL(this.url), options, this.#part);
    if (this.#hasBroken && !body.isRest) {
      this.#splitter.reset();
      this.#messages.gap();
    }
    let bytes = body.isRest ? this.#part!.bytes : 0;
    this.#hasBroken = false;
    this.#part = undefined;
    this.#messages.report({ answers: ++this.#answers });
    const { version } = body;
    for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
      if (bytes === 0 && isPcm(this.format)) this.#assertSamples(chunk);
      bytes += chunk.length;
      this.#part = version === undefined ? undefined : { bytes, version };
      yield chunk;
    }
    this.#part = undefined;
  }

  #assertSamples(bytes: Uint8Array): void {
    try {
      assertSamples(bytes);
    } catch (error) {
      const mend = 'let ffmpeg read it, as command of a "pipe-source"';
      throw new SluiceError("InvalidMedia", `Cannot read samples: ${(error as Error).message}; ${mend}`, {
        key: "url",
      });
    }
  }
}
