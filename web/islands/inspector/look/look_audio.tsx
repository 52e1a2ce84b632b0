/** @module The sound of a link: levels, waveform, spectrum and waterfall, and the sound itself. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { floatsOf } from "../../../../control/schemas/tap_payload.ts";
import { paintLevels, paintSpectrum, paintWaterfall, paintWaveform } from "../../../model/sound_painter.ts";
import { formatShort } from "../../../model/format_figures.ts";
import { Sound } from "../../../state/sound.ts";
import { palette } from "../../../state/theme.ts";
import { useTap } from "../../../state/taps.ts";

/** Pictures a second, and words a second. */
const RATE = 12;
const WORDS_MS = 250;

const HEIGHTS = { levels: 32, waveform: 64, spectrum: 80, waterfall: 80 } as const;
const WIDTH = 480;

/** How long a peak is held, milliseconds. */
const HOLD_MS = 1_500;

type Canvases = Partial<Record<keyof typeof HEIGHTS, HTMLCanvasElement | null>>;

export function LookAudio({ link }: { readonly link: string }): JSX.Element {
  const canvases = useRef<Canvases>({});
  const held = useRef<{ db: number; untilMs: number }[]>([]);
  const words = useSignal("Peak –");
  const toldMs = useRef(0);
  const paint = (name: keyof Canvases, draw: (to: CanvasRenderingContext2D) => void) => {
    const context = canvases.current[name]?.getContext("2d");
    if (context) draw(context);
  };
  const problems = [
    useTap(link, "levels", RATE, ({ head }) => {
      const { peakDb, rmsDb } = head as { peakDb: (number | null)[]; rmsDb: (number | null)[] };
      const nowMs = performance.now();
      held.current = peakDb.map((level, k) => {
        const db = level ?? -Infinity;
        const before = held.current[k];
        const isHeld = before !== undefined && before.db > db && before.untilMs > nowMs;
        return isHeld ? before : { db, untilMs: nowMs + HOLD_MS };
      });
      paint("levels", (to) => paintLevels(to, palette.peek(), rmsDb, peakDb, held.current.map(({ db }) => db)));
      if (nowMs < toldMs.current + WORDS_MS) return;
      toldMs.current = nowMs;
      words.value = `Peak ${peakDb.map((db) => db === null ? "−∞" : db.toFixed(1)).join(", ")} dB`;
    }),
    useTap(link, "waveform", RATE, ({ head, payload }) => {
      const columns = floatsOf(payload);
      paint("waveform", (to) => paintWaveform(to, palette.peek(), columns, Number(head.channels)));
    }),
    useTap(link, "spectrum", RATE, ({ payload }) => {
      const bins = floatsOf(payload);
      paint("spectrum", (to) => paintSpectrum(to, palette.peek(), bins));
      paint("waterfall", (to) => paintWaterfall(to, palette.peek(), bins));
    }),
  ];
  const problem = problems.find((one) => one !== undefined);
  const view = (name: keyof typeof HEIGHTS, label: string) => (
    <canvas
      ref={(canvas) => void (canvases.current[name] = canvas)}
      class="look-sound"
      width={WIDTH}
      height={HEIGHTS[name]}
      data-sound={name}
      role="img"
      aria-label={label}
    />
  );
  return (
    <>
      {problem !== undefined && <p class="field-problem" role="alert">{problem}</p>}
      {view("levels", "Level of each channel, from -60 to 0 decibels, with the peak that is held")}
      <p class="look-words" data-figure="look-level">{words.value}</p>
      {view("waveform", "Waveform of each channel")}
      {view("spectrum", "Spectrum, from -120 to 0 decibels")}
      {view("waterfall", "Spectra one below the other, the newest on top")}
      <Listen link={link} />
    </>
  );
}

/** Plays the link until it is switched off, or another one is selected. */
function Listen({ link }: { readonly link: string }): JSX.Element {
  const sound = useSignal<Sound | undefined>(undefined);
  const volume = useSignal(0.5);
  const heard = useSignal("");
  const problem = useTap(link, "raw", 40, ({ head, payload }) => {
    const samples = floatsOf(payload);
    sound.peek()?.play(samples, Number(head.channels), Number(head.sampleRateHz));
  }, sound.value !== undefined);
  const stop = () => {
    sound.peek()?.close();
    sound.value = undefined;
    heard.value = "";
  };
  useEffect(() => stop, [link]);
  useEffect(() => {
    const playing = sound.value;
    if (playing === undefined) return;
    playing.volume = volume.peek();
    const timer = setInterval(() => {
      const { peakHz, peakDb } = playing.measure();
      heard.value = Number.isFinite(peakDb) ? `${formatShort(peakHz)} Hz, ${peakDb.toFixed(1)} dB` : "silence";
    }, WORDS_MS);
    return () => clearInterval(timer);
  }, [sound.value]);
  return (
    <div class="look-listen">
      <button
        type="button"
        aria-pressed={sound.value !== undefined}
        onClick={() => sound.value === undefined ? sound.value = new Sound() : stop()}
      >
        Listen
      </button>
      <input
        type="range"
        min="0"
        max="1"
        step="0.01"
        aria-label="Volume"
        value={volume.value}
        onInput={({ currentTarget }) => {
          volume.value = Number(currentTarget.value);
          if (sound.value !== undefined) sound.value.volume = volume.value;
        }}
      />
      <span class="soft" data-figure="heard">{heard.value}</span>
      {problem !== undefined && <p class="field-problem" role="alert">{problem}</p>}
    </div>
  );
}
