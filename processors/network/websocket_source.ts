/**
 * The `websocket-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { GAP, retried } from "./retried.ts";
import { ReceivedMessages } from "./received_messages.ts";
import { WebSocketClient } from "./websocket_client.ts";

/**
 * Receives messages by WebSocket.
 *
 * **Purpose.** Connects to a WebSocket server, and makes values, samples or frames of the messages that come. In a live
 * graph it connects again whenever the connection ends, with growing pauses, and the first frame after that is flagged as
 * a discontinuity. A message that is not as it should be is left out there, counted, and said; an offline graph fails.
 * Nothing is read while the links are full, so that the server is held back.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `data`: a value for each message. `audio`: blocks of up to 1,024 samples, with a format of samples.
 * `items` are written to the output of their kind, also `video` and `encoded`; a batch of records is a value, an object
 * with an array for each field. Frames for an output without a link are dropped.
 *
 * **Config.** `url`, `headers`, `greetings`, `format`, `sampleRateHz`, `channels`, `maxBytes`, `timeoutSeconds`,
 * `silenceSeconds`, `retries`, `retrySeconds`. Figures: `received` and `refused` messages, `connections`.
 *
 * **Example.**
 * ```json
 * { "prices": { "type": "websocket-source", "config": {
 *   "url": "wss://example.com/feed", "format": "json", "headers": { "Authorization": "Bearer ${env:FEED_TOKEN}" }
 * } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["websocket", "network", "client", "receive", "live", "json", "pcm"],
  portsFrom: "./source_ports.ts",
  figures: ["received", "refused", "connections"],
})
export class WebsocketSource {
  /** Values. */
  @output()
  data!: StreamOutput<DataFrame<unknown>>;
  /** Samples. */
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** Pictures, of items. */
  @output()
  video!: StreamOutput<VideoFrame>;
  /** Encoded frames, of items. */
  @output()
  encoded!: StreamOutput<EncodedFrame>;
  /** The address to connect to: `ws://…`, or `wss://…` with encryption. @pattern ^wss?://[^/?#]+ @reaches url */
  @config()
  url!: string;
  /** Sent along with the request, such as `"Authorization": "Bearer ${env:TOKEN}"`. */
  @config()
  headers: Record<string, string> = {};
  /** Texts that are sent once it is connected, such as what to subscribe to. @maxItems 64 */
  @config()
  greetings: string[] = [];
  /**
   * The form of messages. `auto`: text is a string, anything else bytes; samples in little-endian order, interleaved;
   * `items`: as transports write them.
   */
  @config()
  format: "auto" | "text" | "lines" | "json" | "ndjson" | "bytes" | "s16" | "s24" | "s32" | "f32" | "items" = "auto";
  /** For samples: how many a second in each channel. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48000;
  /** For samples: number of channels. @integer @minimum 1 @maximum 8 */
  @config()
  channels = 2;
  /** The longest message. @integer @minimum 1 @maximum 1073741824 @unit bytes */
  @config()
  maxBytes = 16_777_216;
  /** How long the server may take to accept. @exclusiveMinimum 0 @maximum 3600 @unit s */
  @config()
  timeoutSeconds = 10;
  /** A connection on which nothing comes for so long, not even the answer to a ping, is lost. @minimum 0.01 @maximum 86400 @unit s */
  @config()
  silenceSeconds = 30;
  /**
   * How often in a row it tries to connect again; by default without end in a live graph, never in an offline one.
   * @integer @minimum 0
   */
  @config()
  retries?: number;
  /** The pause before it tries again; it doubles with each try in a row, up to 30 s. @minimum 0.001 @maximum 30 @unit s */
  @config()
  retrySeconds = 0.5;

  #messages!: ReceivedMessages;
  #connections = 0;

  /** Announces the format of samples. */
  setup(context: ProcessorContext): void {
    const { data, audio, video, encoded } = this;
    this.#messages = new ReceivedMessages(context, this, { data, audio, video, encoded });
  }

  /** Receives until the graph stops, or the stream is over. */
  async process(context: ProcessorContext): Promise<void> {
    const { signal, log, mode } = context;
    const { retries = mode === "live" ? Infinity : 0, retrySeconds } = this;
    for await (const message of retried({ retries, retrySeconds, signal, log }, () => this.#connection(context))) {
      if (message === GAP) this.#messages.gap();
      else if (await this.#messages.take(message) === "end") break;
    }
    context.finish();
  }

  async *#connection({ signal, log }: ProcessorContext): AsyncGenerator<string | Uint8Array> {
    await using client = await WebSocketClient.connect(new URL(this.url), { ...this.#clientOptions, signal });
    log.info("it is connected");
    this.#messages.report({ connections: ++this.#connections });
    for (const greeting of this.greetings) client.send(greeting);
    for (let message = await client.next(); message !== undefined; message = await client.next()) yield message;
  }

  get #clientOptions() {
    const { headers, timeoutSeconds, silenceSeconds, maxBytes } = this;
    return { headers, timeoutSeconds, silenceSeconds, maxBytes };
  }
}
