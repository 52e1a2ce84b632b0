/**
 * The hidden node of taps: reads the frames of one output, copies what its views need, and gives each frame back at
 * once.
 *
 * @module
 */
import type { Frame } from "../../core/frames/frame.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { Processor, ProcessorContext } from "../../core/processor.ts";
import type { TapView } from "../schemas/tap_views.ts";
import { EncodedView, ImageView, PacketView, PictureView, ValueView } from "./other_views.ts";
import { LevelsView, SoundView, SpectrumView, WaveformView } from "./sound_views.ts";
import { type TapReading, type TapWant, type ViewMaker, VIEWS } from "./tap_reading.ts";

/** The context of a hidden node. */
interface HiddenContext extends ProcessorContext {
  handOver(value: TapReading): void;
}

/** A view that somebody has open. */
interface OpenView {
  readonly want: TapWant;
  /** The kind of frames that `maker` takes. */
  kind?: FrameKind;
  maker?: ViewMaker;
  /** The time from which the next reading is due, nanoseconds. */
  dueNs: number;
}

/** A reading may come this share of its period too early, so that the rate is kept in the mean. */
const EARLY = 0.1;

/** Frames that one tick reads at most. */
const FRAMES_PER_TICK = 32;

/** The time between two looks for frames, nanoseconds: no writer wakes the node, which would cost more than a frame. */
const LOOK_EVERY_NS = 20_000_000;

export class Tap implements Processor {
  frameIn!: StreamInput<Frame>;
  wants: readonly TapWant[] = [];
  #views: OpenView[] = [];

  setup(): void {
    this.configChanged();
  }

  /** Begins views that are new, and ends those that are gone. */
  configChanged(): void {
    const known = new Map(this.#views.map((each) => [each.want.view, each]));
    this.#views = this.wants.map((want) => known.get(want.view) ?? { want, dueNs: 0 });
  }

  process(context: ProcessorContext): void {
    // Also after many frames: a graph that runs faster than its media would keep a processor busy with them.
    context.waitUntilNs(context.nowNs() + LOOK_EVERY_NS);
    for (let left = FRAMES_PER_TICK; left > 0; left--) {
      const frame = this.frameIn.read();
      if (frame === undefined) return;
      for (const view of this.#views) this.#show(view, frame, context as HiddenContext);
      frame.release();
    }
  }

  /** Shows what has come since the last look, and gives every frame back. */
  teardown(context: ProcessorContext): void {
    for (let frame = this.frameIn.read(); frame !== undefined; frame = this.frameIn.read()) {
      for (const view of this.#views) this.#show(view, frame, context as HiddenContext);
      frame.release();
    }
  }

  #show(view: OpenView, frame: Frame, context: HiddenContext): void {
    const { want: { view: number, what, rate, width } } = view;
    if (view.kind !== frame.kind) {
      view.kind = frame.kind;
      view.maker = makerOf(frame.kind, what, width);
    }
    const nowNs = context.nowNs();
    const periodNs = 1e9 / rate;
    const isDue = nowNs >= view.dueNs - EARLY * periodNs;
    const isGiven = view.maker?.take(frame, isDue, (head, payload) => {
      context.handOver({ view: number, head, ...(payload && { payload: bytesOf(payload) }) });
    });
    if (isGiven) view.dueNs = Math.max(view.dueNs + periodNs, nowNs);
  }
}

/** Returns what makes a view of frames of a kind; `undefined` if there is no such view. */
function makerOf(kind: FrameKind, what: TapView, width?: number): ViewMaker | undefined {
  if (!VIEWS[kind].includes(what)) return undefined;
  if (what === "levels") return new LevelsView() as ViewMaker;
  if (what === "waveform") return new WaveformView() as ViewMaker;
  if (what === "spectrum") return new SpectrumView() as ViewMaker;
  if (what === "image") return new ImageView(width) as ViewMaker;
  const raw = { audio: SoundView, video: PictureView, encoded: EncodedView, packet: PacketView, data: ValueView };
  return new raw[kind]() as ViewMaker;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
