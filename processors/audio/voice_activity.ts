/**
 * The `voice-activity` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { OddSamples } from "./odd_samples.ts";
import { samplesToNs } from "./sample_time.ts";
import { VoiceDetector, type VoiceState } from "./voice_detector.ts";

/** That somebody began or ceased to speak. */
export interface VoiceReading {
  /** Since when: media time, nanoseconds. */
  readonly ptsNs: number;
  /** True while somebody speaks. */
  readonly isVoice: boolean;
  /** Level in the band of speech, relative to full scale. @unit dB */
  readonly levelDb: number;
  /** Level of the noise behind it. @unit dB */
  readonly noiseDb: number;
}

/**
 * Tells whether somebody speaks.
 *
 * **Purpose.** Compares the level of the first channel in the band of speech, 200 to 3,400 Hz, with that of the noise,
 * which it learns from the quietest moments of the last seconds. Speech begins once the level was above the noise by the
 * margin for the onset time, and ends once it was not for the hang time. Anything loud in that band counts as voice: it
 * knows levels, no words. Blocks pass through untouched and without a copy. A change is also an event `voice`; the
 * figures are `isVoice`, `levelDb`, `noiseDb`, and as `notFinite` the number of samples that are no finite numbers.
 *
 * **Inputs.** `audioIn`: any rate from 8 kHz on and number of channels.
 *
 * **Outputs.** `voice`: a reading at the start, and at each change. `audioOut`: the blocks that came in.
 *
 * **Config.** `marginDb`, `minimumDb`, `onsetMs`, `hangMs`, all live.
 *
 * **Example.**
 * ```json
 * { "speaks": { "type": "voice-activity", "config": { "marginDb": 8 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "speech", "vad", "detect", "silence"],
  figures: ["isVoice", "levelDb", "noiseDb", "notFinite"],
})
export class VoiceActivity {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  voice!: StreamOutput<DataFrame<VoiceReading>>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How far above the noise voice is. @minimum 1 @maximum 40 @unit dB */
  @config({ live: true })
  marginDb = 9;
  /** Sound below this level is never voice, relative to full scale. @minimum -120 @maximum 0 @unit dB */
  @config({ live: true })
  minimumDb = -60;
  /** Time for which a level has to be that of voice. @minimum 0 @maximum 1000 @unit ms */
  @config({ live: true })
  onsetMs = 40;
  /** Time for which voice goes on in a pause. @minimum 0 @maximum 10000 @unit ms */
  @config({ live: true })
  hangMs = 300;

  readonly #odd = new OddSamples();
  #detector: VoiceDetector | undefined;
  #sampleRateHz = 0;
  #isVoice: boolean | undefined;

  /** Listens to every queued block and passes it on. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      if (frame.sampleRateHz !== this.#sampleRateHz) this.#detector = undefined;
      this.#sampleRateHz = frame.sampleRateHz;
      const detector = this.#detector ??= new VoiceDetector(frame.sampleRateHz);
      this.#odd.countIn(frame);
      const isVoice = detector.listen(frame.channel(0), this);
      if (isVoice !== this.#isVoice) this.#tell(frame, detector, isVoice, context);
      const { levelDb, noiseDb } = detector;
      context.report({ isVoice: isVoice ? 1 : 0, levelDb, noiseDb, notFinite: this.#odd.count });
      this.audioOut.write(frame);
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("voice-activity", {
      detector: this.#detector?.snapshot(),
      sampleRateHz: this.#sampleRateHz,
      isVoice: this.#isVoice,
    });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ detector?: VoiceState; sampleRateHz: number; isVoice?: boolean }>("voice-activity", state);
    if (from === undefined) return;
    this.#sampleRateHz = from.sampleRateHz;
    if (from.detector !== undefined) this.#detector = VoiceDetector.restored(from.detector, from.sampleRateHz);
    this.#isVoice = from.isVoice;
  }

  #tell(
    frame: AudioFrame,
    { levelDb, noiseDb, changedAt }: VoiceDetector,
    isVoice: boolean,
    context: ProcessorContext,
  ): void {
    const isFirst = this.#isVoice === undefined;
    this.#isVoice = isVoice;
    const ptsNs = frame.ptsNs + (isFirst ? 0 : samplesToNs(changedAt, frame.sampleRateHz));
    const value: VoiceReading = { ptsNs, isVoice, levelDb, noiseDb };
    if (!isFirst || isVoice) context.emit("voice", value);
    const reading = this.voice.tryAcquire({ value });
    if (reading === undefined) return;
    reading.ptsNs = ptsNs;
    this.voice.write(reading);
  }
}
