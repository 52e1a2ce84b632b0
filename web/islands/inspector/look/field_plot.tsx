/** @module A field of the records or values of a link over the last seconds. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatShort } from "../../../model/format_figures.ts";
import { type LookRows, PLOT_NS } from "../../../model/look_rows.ts";
import { palette } from "../../../state/theme.ts";

const HEIGHT = 104;

interface FieldPlotProps {
  readonly rows: LookRows;
  readonly field: string;
  /** Readings that the rows have taken: it is drawn again with each. */
  readonly taken: number;
}

export function FieldPlot({ rows, field, taken }: FieldPlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const element = box.current!;
    const made = plot.current = new uPlot(plotOptions(element.clientWidth), [[0]], element);
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    const [seconds, values] = rows.plotOf(field);
    plot.current?.setData([seconds, values]);
  }, [rows, field, taken]);
  const seconds = PLOT_NS / 1e9;
  return <div ref={box} class="plot-box" role="img" aria-label={`${field} over the last ${seconds} seconds`} />;
}

function plotOptions(width: number): uPlot.Options {
  const colors = palette.peek();
  const axis: uPlot.Axis = {
    stroke: colors.textSoft,
    font: `10px ${colors.font}`,
    grid: { stroke: colors.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(120, width),
    height: HEIGHT,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: () => [-PLOT_NS / 1e9, 0] } },
    axes: [
      {
        ...axis,
        size: 18,
        incrs: [10],
        values: (_plot, ticks) => ticks.map((tick) => tick === 0 ? "now" : `${tick} s`),
      },
      { ...axis, size: 50, space: 26, values: (_plot, ticks) => ticks.map((tick) => formatShort(tick)) },
    ],
    series: [{}, { stroke: colors.accent, width: 1.5, points: { show: false } }],
  };
}
