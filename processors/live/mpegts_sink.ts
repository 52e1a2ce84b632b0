/**
 * The `mpegts-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { LiveSink } from "./live_sink.ts";
import { UdpLink } from "./udp_link.ts";

/**
 * Sends MPEG-TS by UDP.
 *
 * **Purpose.** Sends pictures and sound as they are to a host, or to a multicast address. It begins with a key frame; a
 * receiver may begin at any of them. The receipt of packets is not known. An offline graph sends as fast as it runs,
 * which may be faster than anybody reads: let a live graph send files.
 *
 * **Inputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `port`, `hostname`, `ttl`. Figures: `sent` and `lost` frames, and `connections`: how often it has begun.
 *
 * **Example.**
 * ```json
 * { "monitor": { "type": "mpegts-sink", "config": { "hostname": "239.0.0.1", "port": 5000 } } }
 * ```
 */
@processor({
  tags: ["mpegts", "udp", "multicast", "network", "live", "send", "mux", "h264", "hevc", "aac", "opus"],
  figures: ["sent", "lost", "connections"],
})
export class MpegtsSink {
  /** Pictures. */
  @input({ optional: true, accepts: { codec: ["h264", "hevc"] } })
  video!: StreamInput<EncodedFrame>;
  /** Sound. */
  @input({ optional: true, accepts: { codec: ["aac", "mp3", "opus"] } })
  audio!: StreamInput<EncodedFrame>;
  /** The port to send to. @integer @minimum 1 @maximum 65535 */
  @config()
  port = 5000;
  /** The host to send to, or a multicast address. @minLength 1 @reaches host */
  @config()
  hostname = "127.0.0.1";
  /** Over how many networks packets to a multicast address go. @integer @minimum 0 @maximum 255 */
  @config()
  ttl = 1;

  #sink: LiveSink | undefined;

  /** Looks the host up. */
  setup(context: ProcessorContext): void {
    const { hostname, port, ttl } = this;
    this.#sink = new LiveSink(context, [this.video, this.audio], () => UdpLink.open(hostname, port, ttl));
  }

  /** Sends what has come. */
  async process(): Promise<void> {
    await this.#sink!.process();
  }

  /** Waits until the rest is sent. */
  async flush(): Promise<void> {
    await this.#sink!.flush();
  }

  /** Closes the socket. */
  async teardown(): Promise<void> {
    await this.#sink?.teardown();
  }
}
