/**
 * The `mpegts-source` processor.
 *
 * @module
 */
import type { Socket } from "node:dgram";
import { config, output, processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PacketQueue } from "../network/packet_queue.ts";
import { listenUdp } from "../network/udp_socket.ts";
import { LiveOutputs } from "./live_outputs.ts";
import { SILENCE_MS } from "./pauses.ts";

/** How much may wait for the links before packets are lost. */
const MOST_WAITING_BYTES = 4 * 2 ** 20;

/**
 * Receives MPEG-TS by UDP.
 *
 * **Purpose.** Listens on a port, and gives the pictures and the sound of the first program that comes, without decoding
 * them. A network loses packets: those of the transport stream that did not come are counted, what they belonged to is
 * left out, pictures up to the next key frame, and the next frame is flagged as a discontinuity. Where nothing comes for
 * 4 s, the log says so, and the stream begins anew with what comes next; times go on rising. The first frame has the
 * time at which it came, the others follow by the stream's times. Packets that come while the links are full wait, up to
 * 4 MiB.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be missing. Frames for an output without a
 * link are dropped.
 *
 * **Config.** `port`, `hostname`, `group`, `groupInterface`. Figures: `port`, `received` frames, `lostFrames`, which could
 * not be used, `lostPackets` of the transport stream, and `connections`: how often a stream has begun.
 *
 * **Example.**
 * ```json
 * { "head": { "type": "mpegts-source", "config": { "port": 5000, "group": "239.0.0.1" } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["mpegts", "udp", "multicast", "network", "live", "receive", "demux", "h264", "hevc", "aac", "opus"],
  figures: ["port", "received", "lostFrames", "lostPackets", "connections"],
})
export class MpegtsSource {
  /** Pictures. */
  @output({ gives: { codec: ["h264", "hevc"] } })
  video!: StreamOutput<EncodedFrame>;
  /** Sound. */
  @output({ gives: { codec: ["aac", "mp3", "opus"] } })
  audio!: StreamOutput<EncodedFrame>;
  /** The port to listen on; 0: any that is free, which log and figures tell. @integer @minimum 0 @maximum 65535 */
  @config()
  port = 5000;
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

  #outputs!: LiveOutputs;
  #socket: Socket | undefined;
  readonly #queue = new PacketQueue(MOST_WAITING_BYTES);

  /** Opens the port. */
  async setup(context: ProcessorContext): Promise<void> {
    const { video, audio, group, groupInterface, hostname = group ?? "127.0.0.1" } = this;
    this.#outputs = new LiveOutputs(context, { video, audio });
    const socket = this.#socket = await listenUdp({ hostname, port: this.port, group, groupInterface });
    socket.on("message", (bytes) => this.#queue.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
    socket.on("error", (error) => context.log.warn(`a packet could not be received: ${error.message}`));
    const { port } = socket.address();
    context.log.info(`it receives MPEG-TS on ${hostname}:${port}`, { port });
    this.#outputs.report({ port });
  }

  /** Receives until the graph stops. */
  async process({ signal, log }: ProcessorContext): Promise<void> {
    const seconds = SILENCE_MS / 1000;
    for (let isSilent = true, hasTold = false;;) {
      const timer = setTimeout(() => {
        isSilent = true;
        if (hasTold) return;
        hasTold = true;
        log.warn(`nothing has come for ${seconds} s; look after the sender, and whether it sends to this address`);
      }, SILENCE_MS);
      const { bytes } = await this.#queue.take(signal).finally(() => clearTimeout(timer));
      if (isSilent) this.#outputs.connected();
      isSilent = hasTold = false;
      await this.#outputs.take(bytes);
    }
  }

  /** Closes the port. */
  teardown(): void {
    this.#socket?.close();
  }
}
