/**
 * The `udp-source` processor.
 *
 * @module
 */
import type { Socket } from "node:dgram";
import { config, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PacketQueue } from "./packet_queue.ts";
import { ReceivedMessages } from "./received_messages.ts";
import { listenUdp } from "./udp_socket.ts";

/** The most bytes of a packet. */
const MAX_PACKET_BYTES = 65_536;
/** Sound that comes so much later than the sound before it ended was interrupted. */
const QUIET_NS = 0.5e9;

/**
 * Receives packets by UDP.
 *
 * **Purpose.** Listens on a port, and makes values, samples or frames of the packets that come, from whomever they come.
 * A network loses packets, and tells nobody. Packets that come while the links are full wait; where more than
 * `maxWaitingBytes` wait, the oldest is lost and counted, and the next frame is flagged as a discontinuity. A packet that
 * is not of the format is left out and counted, in an offline graph, too. The stream ends with the graph.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `data`: a value for each packet, or for each line of it. `audio`: blocks of up to 1,024 samples, with a
 * format of samples. `items` are written to the output of their kind, also `encoded`; a batch of records is a value, an
 * object with an array for each field. Frames for an output without a link are dropped.
 *
 * **Config.** `port`, `hostname`, `group`, `groupInterface`, `format`, `sampleRateHz`, `channels`, `maxWaitingBytes`.
 * Figures: `port`, `received`, `refused` and `lost` packets.
 *
 * **Example.**
 * ```json
 * { "intercom": { "type": "udp-source", "config": { "port": 5004, "format": "s16", "channels": 1 } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["udp", "network", "datagram", "multicast", "receive", "live", "json", "pcm"],
  portsFrom: "./source_ports.ts",
  figures: ["port", "received", "refused", "lost"],
})
export class UdpSource {
  /** Values. */
  @output()
  data!: StreamOutput<DataFrame<unknown>>;
  /** Samples. */
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** Encoded frames, of items. */
  @output()
  encoded!: StreamOutput<EncodedFrame>;
  /** The port to listen on; 0: any that is free, which log and figures tell. @integer @minimum 0 @maximum 65535 */
  @config()
  port = 9002;
  /**
   * The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. By default `127.0.0.1`, or
   * the group. @minLength 1 @reaches host
   */
  @config()
  hostname?: string;
  /** A multicast address whose packets are received, such as `239.0.0.1`. @minLength 1 @reaches host */
  @config()
  group?: string;
  /** The address of this machine whose network has the group; by default the system chooses. @minLength 1 @reaches host */
  @config()
  groupInterface?: string;
  /**
   * The form of packets: values, each of its lines a value (`lines`, `ndjson`), samples in little-endian order,
   * interleaved, or `items` as transports write them.
   */
  @config()
  format: "bytes" | "text" | "lines" | "json" | "ndjson" | "s16" | "s24" | "s32" | "f32" | "items" = "bytes";
  /** For samples: how many a second in each channel. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48000;
  /** For samples: number of channels. @integer @minimum 1 @maximum 8 */
  @config()
  channels = 2;
  /** How much may wait for the links before packets are lost. @integer @minimum 0 @maximum 1073741824 @unit bytes */
  @config()
  maxWaitingBytes = 1_048_576;

  #socket: Socket | undefined;
  #queue!: PacketQueue;
  #messages!: ReceivedMessages;

  /** Opens the port, and announces the format of samples. */
  async setup(context: ProcessorContext): Promise<void> {
    const { data, audio, encoded, format, sampleRateHz, channels } = this;
    const options = { format, sampleRateHz, channels, maxBytes: MAX_PACKET_BYTES };
    this.#messages = new ReceivedMessages(context, options, { data, audio, encoded }, {
      isOpenToAll: true,
      quietNs: QUIET_NS,
    });
    const queue = this.#queue = new PacketQueue(this.maxWaitingBytes);
    const { group, groupInterface, hostname = group ?? "127.0.0.1" } = this;
    const socket = this.#socket = await listenUdp({ hostname, port: this.port, group, groupInterface });
    socket.on("message", (bytes) => queue.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
    socket.on("error", (error) => context.log.warn(`a packet could not be received: ${error.message}`));
    const { port } = socket.address();
    context.log.info(`it receives packets on ${hostname}:${port}`, { port });
    this.#messages.report({ port, lost: 0 });
  }

  /** Receives until the graph stops. */
  async process({ signal }: ProcessorContext): Promise<void> {
    for (;;) {
      const { bytes, isAfterLoss } = await this.#queue.take(signal);
      if (isAfterLoss) this.#messages.gap();
      this.#messages.report({ lost: this.#queue.lost });
      await this.#messages.take(bytes);
    }
  }

  /** Closes the port. */
  teardown(): void {
    this.#socket?.close();
  }
}
