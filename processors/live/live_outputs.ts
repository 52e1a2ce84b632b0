/**
 * Hands on what a live source reads of a transport stream: the first stream of pictures and the first of sound, with times
 * of the graph, and with what was lost counted and flagged. Waits for room on lossless links.
 *
 * @module
 */
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { LiveClock } from "./live_clock.ts";
import { TsReader } from "./ts_reader.ts";
import { type LiveUnit, TsUnits } from "./ts_units.ts";

/** The outputs of a live source. */
export interface LivePorts {
  readonly video: StreamOutput<EncodedFrame>;
  readonly audio: StreamOutput<EncodedFrame>;
}

type Kind = keyof LivePorts;

/** What is kept of an output. */
interface Output {
  readonly out: StreamOutput<EncodedFrame>;
  /** The stream that it carries, of the connection that is there. */
  pid: number | undefined;
  units: TsUnits;
  format: string;
  /** Whether frames are left out up to the next key frame. */
  waitsForKey: boolean;
  isGap: boolean;
  hasBegun: boolean;
}

const CARRIED: { readonly [K in Kind]: string } = { video: "h264, hevc", audio: "aac, mp3, opus" };
const STREAMS: { readonly [K in Kind]: string } = { video: "pictures", audio: "sound" };

/** The outputs of one source. */
export class LiveOutputs {
  readonly #context: ProcessorContext;
  readonly #outputs: { readonly [K in Kind]: Output };
  readonly #clock = new LiveClock();
  readonly #told = new Set<string>();
  #reader = new TsReader();
  /** The streams of the connection that cannot be carried. */
  readonly #refused = new Set<number>();
  readonly #figures: { [name: string]: number } = { received: 0, lostFrames: 0, lostPackets: 0, connections: 0 };

  constructor(context: ProcessorContext, { video, audio }: LivePorts) {
    this.#context = context;
    this.#outputs = { video: begin(video), audio: begin(audio) };
    this.report({});
  }

  /** Reports figures beside its own. */
  report(figures: { readonly [name: string]: number }): void {
    this.#context.report(Object.assign(this.#figures, figures));
  }

  /** Says that a connection is there, whose stream begins anew. */
  connected(): void {
    this.report({ connections: this.#figures.connections + 1 });
    this.#reader = new TsReader();
    this.#clock.reset();
    this.#refused.clear();
    for (const output of Object.values(this.#outputs)) {
      output.pid = undefined;
      output.units = new TsUnits();
      output.waitsForKey = true;
      output.isGap = output.hasBegun;
    }
  }

  /** Says that a stream is left out which the connection does not even bring. */
  leaveOut(codec: string): void {
    this.#tell(
      `stream ${codec}`,
      `a stream of it cannot be carried: the codec is ${codec}; set the sender to H.264 with AAC`,
    );
  }

  /** Takes bytes of the stream. @throws whatever a wait for the links is called off with */
  async take(bytes: Uint8Array): Promise<void> {
    const nowNs = this.#context.nowNs();
    const lost = this.#reader.lostPackets;
    for (const packet of this.#reader.push(bytes)) {
      const { kind, pid } = packet;
      const output = this.#outputs[kind];
      if (output.pid !== pid && !this.#takeOver(output, pid)) continue;
      for (const unit of output.units.take(packet)) await this.#write(kind, unit, nowNs);
      if (output.units.unread !== undefined) this.#refuse(kind, pid, output.units.unread);
    }
    this.report({ lostPackets: this.#figures.lostPackets + this.#reader.lostPackets - lost });
  }

  /** Carries a stream from now on, if the output has none. */
  #takeOver(output: Output, pid: number): boolean {
    if (this.#refused.has(pid) || this.#reader.streams.some((stream) => stream.pid === output.pid)) return false;
    if (output.pid !== undefined) {
      [output.units, output.waitsForKey, output.isGap] = [new TsUnits(), true, output.hasBegun];
    }
    output.pid = pid;
    return true;
  }

  async #write(kind: Kind, unit: LiveUnit, nowNs: number): Promise<void> {
    const output = this.#outputs[kind];
    const { format, ptsNs, dtsNs, durationNs, keyframe, bytes, isAfterLoss } = unit;
    const { offsetNs, jumps } = this.#clock.set(dtsNs, ptsNs + durationNs, nowNs);
    if (jumps) { for (const each of Object.values(this.#outputs)) each.isGap = each.hasBegun; }
    if (isAfterLoss) [output.isGap, output.waitsForKey] = [output.hasBegun, true];
    if (output.waitsForKey && !keyframe) return this.report({ lostFrames: this.#figures.lostFrames + 1 });
    output.waitsForKey = false;
    const { out } = output;
    const described = describeFormat(format);
    if (described !== output.format) {
      output.format = described;
      out.announce(format);
    }
    this.#figures.received++;
    if (!out.connected) return;
    await out.ready();
    let frame: EncodedFrame;
    try {
      const { kind: _, ...shape } = format;
      frame = await out.acquire({ ...shape, maxBytes: bytes.length, keyframe });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#tell(`large ${kind}`, `a frame of ${STREAMS[kind]} is left out: ${error.message}`);
      [output.isGap, output.waitsForKey] = [output.hasBegun, true];
      return this.report({ lostFrames: this.#figures.lostFrames + 1 });
    }
    frame.bytes.set(bytes);
    frame.ptsNs = ptsNs + offsetNs;
    frame.dtsNs = dtsNs + offsetNs;
    frame.durationNs = durationNs;
    frame.discontinuity = output.isGap;
    output.isGap = false;
    output.hasBegun = true;
    out.write(frame);
  }

  /** Says what it does not carry, and takes the next stream of the kind. */
  #refuse(kind: Kind, pid: number, codec: string): void {
    this.#refused.add(pid);
    this.#outputs[kind].pid = undefined;
    this.#outputs[kind].units = new TsUnits();
    this.#tell(
      `${kind} ${codec}`,
      `its ${STREAMS[kind]} cannot be carried: the codec is ${codec}, wanted ${
        CARRIED[kind]
      }; set the sender to one of these`,
    );
  }

  /** Says something once. */
  #tell(what: string, message: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#context.log.warn(message);
  }
}

function begin(out: StreamOutput<EncodedFrame>): Output {
  return {
    ...{ out, pid: undefined, units: new TsUnits(), format: "" },
    ...{ waitsForKey: true, isGap: false, hasBegun: false },
  };
}
