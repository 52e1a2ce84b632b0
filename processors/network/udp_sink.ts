/**
 * The `udp-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { LineLimit } from "../media/line_limit.ts";
import { NetworkFault } from "./network_fault.ts";
import { PacketWriter } from "./packet_writer.ts";
import { UdpSender } from "./udp_socket.ts";

/**
 * Sends packets by UDP.
 *
 * **Purpose.** Sends samples, records and values to an address, each packet of at most `maxPacketBytes`: blocks are cut
 * between samples, and a value or a batch that does not fit is left out, counted, and said. The receipt of
 * packets is not known. An offline graph sends as fast as it runs, which may be faster than anybody reads.
 *
 * **Inputs.** `audio`: blocks. `packet`: records of any fields. `data`: any values. Each may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `port`, `hostname`, `format`, `audioFormat`, `maxPacketBytes`, `ttl`. Figures: `sent` packets; `refused`
 * frames, which were too large or have no JSON; `failed` packets, which the system did not take.
 *
 * **Example.**
 * ```json
 * { "intercom": { "type": "udp-sink", "config": { "hostname": "192.0.2.7", "port": 5004 } } }
 * ```
 */
@processor({
  tags: ["udp", "network", "datagram", "multicast", "send", "live", "json", "pcm"],
  figures: ["sent", "refused", "failed"],
})
export class UdpSink<T extends PacketFieldsOf<T>> {
  @input({ optional: true })
  audio!: StreamInput<AudioFrame>;
  @input({ optional: true })
  packet!: StreamInput<PacketFrame<T>>;
  @input({ optional: true })
  data!: StreamInput<DataFrame<unknown>>;
  /** The port to send to. @integer @minimum 1 @maximum 65535 */
  @config()
  port = 9002;
  /** The host to send to, or a multicast address. @minLength 1 @reaches host */
  @config()
  hostname = "127.0.0.1";
  /**
   * `plain`: samples interleaved in little-endian order, strings and bytes as they are, anything else as JSON. `items`: as
   * transports write them, with times.
   */
  @config()
  format: "plain" | "items" = "plain";
  /** Samples, with format `plain`; integers clamp at full scale. */
  @config()
  audioFormat: "s16" | "s24" | "s32" | "f32" = "s16";
  /** The longest packet. Above 1,472, most networks cut packets into pieces. @integer @minimum 512 @maximum 65507 @unit bytes */
  @config()
  maxPacketBytes = 1472;
  /** Over how many networks packets to a multicast address go. @integer @minimum 0 @maximum 255 */
  @config()
  ttl = 1;

  #sender: UdpSender | undefined;
  #writer!: PacketWriter;
  #warnings!: LineLimit;
  readonly #figures = { sent: 0, refused: 0, failed: 0 };

  /** Looks the host up. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#writer = new PacketWriter(this);
    this.#warnings = new LineLimit((line) => context.log.warn(line), () => context.nowNs() / 1e6);
    this.#sender = await UdpSender.open(this.hostname, this.port, this.ttl);
    context.report(this.#figures);
  }

  /** Sends every queued frame. */
  async process(context: ProcessorContext): Promise<void> {
    let frame;
    while (
      (frame = this.audio.read() ?? this.packet.read() ?? this.data.read()) !== undefined && !context.signal.aborted
    ) {
      await this.#send(frame as AudioFrame | PacketFrame | DataFrame<unknown>);
      context.report(this.#figures);
    }
  }

  /** Closes the socket. */
  teardown(): void {
    this.#sender?.close();
  }

  async #send(frame: AudioFrame | PacketFrame | DataFrame<unknown>): Promise<void> {
    try {
      for (const bytes of this.#writer.packetsOf(frame)) {
        await this.#sender!.send(bytes);
        this.#figures.sent++;
      }
    } catch (error) {
      if (error instanceof NetworkFault && !error.isLasting) this.#figures.failed++;
      else if (error instanceof SluiceError && error.code !== "AccessDenied") this.#figures.refused++;
      else throw error;
      this.#warnings.tell(error.message);
    }
  }
}
