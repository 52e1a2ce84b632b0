/**
 * The `rtmp-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { receiveByFfmpeg } from "./ffmpeg_program.ts";
import { LiveOutputs } from "./live_outputs.ts";
import { receiveLive } from "./live_source.ts";
import { hostPort } from "./addresses.ts";
import { RtmpGate } from "./rtmp_gate.ts";

/**
 * Receives what is published by RTMP, as OBS and ffmpeg do it.
 *
 * **Purpose.** Listens on a port, where one publisher at a time sends to `rtmp://HOST:PORT/APP/KEY`, and gives its pictures
 * and sound as they come, without decoding them. Another key is refused, and nothing of a caller is taken before it
 * has published with the key. When the publisher ends, or nothing comes of it for 4 s, the next one is taken; the first frames
 * behind that are flagged as a discontinuity, and times go on rising. The first frame has the time at which it came, the
 * others follow by the publisher's times. It listens itself (`--allow-net`), and starts `ffmpeg`, which has to be on the
 * `PATH` (`--allow-run=ffmpeg`) and copies what a publisher sends. In an offline graph the stream ends with its first publisher.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: H.264. `audio`: AAC or MP3. Either may be missing. Frames for an output without a link are dropped.
 *
 * **Config.** `hostname`, `port`, `app`, `key`. Figures: `received` frames, `lostFrames`, which could not be used, and
 * `connections` so far.
 *
 * **Example.**
 * ```json
 * { "camera": { "type": "rtmp-source", "config": { "hostname": "0.0.0.0", "key": "${env:RTMP_KEY}" } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["rtmp", "network", "live", "receive", "listen", "obs", "ffmpeg", "h264", "aac"],
  figures: ["received", "lostFrames", "lostPackets", "connections"],
})
export class RtmpSource {
  /** Pictures. */
  @output({ gives: { codec: ["h264"] } })
  video!: StreamOutput<EncodedFrame>;
  /** Sound. */
  @output({ gives: { codec: ["aac", "mp3"] } })
  audio!: StreamOutput<EncodedFrame>;
  /** The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. @pattern ^[\w.:-]+$ @reaches host */
  @config()
  hostname = "127.0.0.1";
  /** The port to listen on. @integer @minimum 1 @maximum 65535 */
  @config()
  port = 1935;
  /** The first part of the path that is published to. @pattern ^[\w.~-]+$ */
  @config()
  app = "live";
  /** The second part, which publishers have to know: best `${env:NAME}`. @pattern ^[\w.~=-]+$ */
  @config()
  key!: string;

  #outputs!: LiveOutputs;

  /** Prepares the figures. */
  setup(context: ProcessorContext): void {
    const { video, audio } = this;
    this.#outputs = new LiveOutputs(context, { video, audio });
  }

  /** Receives one publisher after another. */
  async process(context: ProcessorContext): Promise<void> {
    const { hostname, port, app, key } = this;
    const attempt = `Cannot receive by RTMP on ${hostPort(hostname, port)}`;
    using gate = new RtmpGate({ attempt, hostname, port, app, key, warn: (message) => context.log.warn(message) });
    await receiveLive(context, this.#outputs, () => this.#receive(gate, attempt, context));
  }

  /** Receives one publisher. */
  async *#receive(gate: RtmpGate, attempt: string, { nodeId, signal }: ProcessorContext): AsyncGenerator<Uint8Array> {
    const outputs = this.#outputs;
    using publisher = await gate.next(signal);
    const options = {
      nodeId,
      attempt,
      input: publisher,
      leaveOut: (codec: string) => outputs.leaveOut(codec),
      args: [
        ...["-analyzeduration", "500000", "-fpsprobesize", "0", "-f", "flv", "-i", "-"],
        ...["-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy"],
        ...["-f", "mpegts", "-omit_video_pes_length", "0", "-flush_packets", "1", "-muxdelay", "0", "-"],
      ],
    };
    yield* receiveByFfmpeg(options, signal, () => outputs.connected());
  }
}
