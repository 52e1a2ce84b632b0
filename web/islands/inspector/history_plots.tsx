/** @module The history of what is selected, as plots that follow it. */
import { computed, effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatAgo, formatNs, formatShort, formatTimeOfDay } from "../../model/format_figures.ts";
import type { Palette } from "../../model/palette.ts";
import type { Selection } from "../../model/place.ts";
import { linkNames } from "../../model/event_words.ts";
import { type PlotMark, plotMarks } from "../../model/plot_marks.ts";
import { shownText } from "../../model/shown_text.ts";
import { steps } from "../../state/edit.ts";
import { events, figures, graph, historyBook, reading } from "../../state/live.ts";
import { epochMs, keptSeconds, PLOT_SPANS, plotSpan } from "../../state/past.ts";
import { calmReading } from "../../state/calm.ts";
import { selection as selected } from "../../state/place.ts";
import { palette, theme } from "../../state/theme.ts";
import type { PlotSpec } from "./plots.ts";

const HEIGHT = 104;

/** Marks that are told in words, the newest. */
const TOLD = 4;

/** What happened to what is selected. */
const marks = computed<readonly PlotMark[]>(() =>
  selected.value === undefined ? [] : plotMarks(selected.value, {
    events: events.value,
    entries: steps.value.entries,
    names: linkNames(graph.value?.links ?? []),
  })
);

interface PlotsProps {
  readonly selection: Selection;
  readonly plots: readonly PlotSpec[];
  /** Frames of a link. */
  readonly capacity?: number;
}

export function HistoryPlots({ selection, plots, capacity }: PlotsProps): JSX.Element {
  return (
    <>
      <div class="plot-spans" role="group" aria-label="Span of the plots">
        {PLOT_SPANS.map((seconds) => (
          <button
            key={seconds}
            type="button"
            class="plain"
            aria-pressed={plotSpan.value === seconds}
            onClick={() => plotSpan.value = seconds}
          >
            {seconds / 60} min
          </button>
        ))}
        {plotSpan.value > keptSeconds.value && (
          <span class="soft">of a graph of this size {formatNs(keptSeconds.value * 1e9)} are kept</span>
        )}
      </div>
      {plots.map((spec) => (
        <Plot
          key={`${spec.title} ${theme.value} ${plotSpan.value}`}
          spec={spec}
          selection={selection}
          capacity={capacity}
        />
      ))}
      <Marks />
    </>
  );
}

/** The newest marks of the span in words. */
function Marks(): JSX.Element | null {
  calmReading.value;
  const nowMs = epochMs.value + (figures.value?.frame?.nowNs ?? NaN) / 1e6;
  const told = marks.value.filter(({ timeMs }) => nowMs - timeMs <= plotSpan.value * 1e3).slice(-TOLD).toReversed();
  if (told.length === 0) return null;
  return (
    <ol class="plot-marks" aria-label="Marks of the plots">
      {told.map(({ timeMs, kind, text }) => (
        <li key={`${timeMs} ${text}`} class={`mark-${kind}`} title={formatTimeOfDay(timeMs)}>
          <span class="soft">{formatAgo(nowMs - timeMs)}</span> <span>{shownText(text)}</span>
        </li>
      ))}
    </ol>
  );
}

interface PlotProps {
  readonly spec: PlotSpec;
  readonly selection: Selection;
  readonly capacity?: number;
}

function Plot({ spec, selection, capacity }: PlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { kind, id } = selection;
  useEffect(() => follow(box.current!, spec, { kind, id }, capacity), [spec, kind, id, capacity]);
  return (
    <figure class="plot">
      <figcaption>
        <span>
          {spec.title} <span class="soft">{spec.unit}</span>
        </span>
        <span class="plot-keys">
          {spec.series.length > 1 && spec.series.map(({ name, color, dash }) => (
            <span key={name}>
              <svg width="18" height="6" aria-hidden="true">
                <line
                  x1="0"
                  x2="18"
                  y1="3"
                  y2="3"
                  stroke-width="2"
                  stroke-dasharray={dash?.join(" ")}
                  style={{ stroke: color === "accent" ? "var(--accent)" : `var(--health-${color})` }}
                />
              </svg>
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <div
        ref={box}
        class="plot-box"
        role="img"
        aria-label={`${spec.title} over the last ${
          plotSpan.value === 60 ? "minute" : `${plotSpan.value / 60} minutes`
        }`}
      />
    </figure>
  );
}

/** Draws with each reading, until it is ended. */
function follow(box: HTMLElement, spec: PlotSpec, selection: Selection, capacity: number | undefined): () => void {
  const spanSeconds = plotSpan.peek();
  const plot = new uPlot(plotOptions(spec, palette.peek(), box.clientWidth, capacity), [[0]], box);
  const observer = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  observer.observe(box);
  const end = effect(() => {
    reading.value;
    marks.value;
    epochMs.value;
    const { times, series } = historyBook.follow(selection).slice(box.clientWidth || 320, spanSeconds);
    const last = times.at(-1) ?? 0;
    const ages = times.map((time) => time - last);
    // uPlot knows a gap as null; a log scale has no place for 0.
    const isGap = (value: number) => Number.isNaN(value) || (spec.isLog === true && value <= 0);
    const columns = spec.series.map(({ at }) => Array.from(series[at], (value) => isGap(value) ? null : value));
    plot.setData([ages, ...columns]);
  });
  return () => {
    end();
    observer.disconnect();
    plot.destroy();
  };
}

function plotOptions(spec: PlotSpec, colors: Palette, width: number, capacity: number | undefined): uPlot.Options {
  const line = (color: PlotSpec["series"][number]["color"]) =>
    color === "accent" ? colors.accent : colors.health[color];
  const axis: uPlot.Axis = {
    stroke: colors.textSoft,
    font: `10px ${colors.font}`,
    grid: { stroke: colors.grid, width: 1 },
    ticks: { show: false },
  };
  const top = spec.capacity === true ? capacity : undefined;
  return {
    width: Math.max(120, width),
    height: HEIGHT,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [-plotSpan.peek(), 0] },
      y: spec.isLog === true ? { distr: 3, range: (_plot, least, greatest) => decades(least, greatest) } : {
        range: (_plot, _least, greatest) => [0, Math.max(top ?? 0, (greatest ?? 0) * 1.15) || 1],
      },
    },
    axes: [
      {
        ...axis,
        size: 18,
        incrs: [10, 15, 30, 60, 180, 300],
        values: (_plot, ticks) =>
          ticks.map((tick) => tick === 0 ? "now" : tick % 60 === 0 ? `${tick / 60} min` : `${tick} s`),
      },
      {
        ...axis,
        size: 50,
        space: 26,
        splits: spec.isLog === true ? (_plot, _axis, least, greatest) => powersOfTen(least, greatest) : undefined,
        values: (_plot, ticks) => ticks.map((tick) => (spec.format ?? formatShort)(tick)),
      },
    ],
    series: [
      {},
      ...spec.series.map(({ name, color, dash }) => ({
        label: name,
        stroke: line(color),
        width: 1.5,
        dash: dash === undefined ? undefined : [...dash],
        points: { show: false },
      })),
    ],
    hooks: {
      draw: [
        (plot: uPlot) => drawMarks(plot, colors),
        ...(top === undefined ? [] : [(plot: uPlot) => drawCapacity(plot, top, colors.health.dropping)]),
      ],
    },
  };
}

/** The powers of ten around values; they may not be there yet. */
function decades(least: number | null, greatest: number | null): [number, number] {
  const low = Math.floor(Math.log10(least ?? 1));
  return [10 ** low, 10 ** Math.max(low + 1, Math.ceil(Math.log10(greatest ?? 10)))];
}

function powersOfTen(least: number, greatest: number): number[] {
  const [low, high] = [Math.round(Math.log10(least)), Math.round(Math.log10(greatest))];
  return Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k));
}

/** A line at the time of each mark, with a head, so that it is told from the grid. */
function drawMarks(plot: uPlot, colors: Palette): void {
  const { ctx, bbox } = plot;
  const nowMs = epochMs.peek() + (figures.peek()?.frame?.nowNs ?? NaN) / 1e6;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { timeMs, kind } of marks.peek()) {
    const x = plot.valToPos((timeMs - nowMs) / 1e3, "x", true);
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.strokeStyle = ctx.fillStyle = kind === "fault"
      ? colors.health.failed
      : kind === "change"
      ? colors.health.blocked
      : colors.textSoft;
    ctx.setLineDash(kind === "fault" ? [] : [2 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const reach = 3.5 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x - reach, bbox.top);
    ctx.lineTo(x + reach, bbox.top);
    ctx.lineTo(x, bbox.top + 1.6 * reach);
    ctx.closePath();
    ctx.fill();
  }
  ctx.restore();
}

function drawCapacity(plot: uPlot, capacity: number, color: string): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(capacity, "y", true);
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
