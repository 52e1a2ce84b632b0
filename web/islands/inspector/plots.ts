/**
 * Which plots the inspector shows of nodes and of links. Series are places in `NODE_SERIES` and `LINK_SERIES`.
 *
 * @module
 */
import { LINK_SERIES, NODE_SERIES } from "../../../control/schemas/history.ts";
import { formatNs } from "../../model/format_figures.ts";

/** One plot. */
export interface PlotSpec {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly PlotSeries[];
  /** Whether equal steps are equal factors: for what differs by powers of ten. */
  readonly isLog?: boolean;
  /** How its axis tells values; by default as short numbers. */
  readonly format?: (value: number) => string;
  /** Draws a line at the capacity of the link, and makes room for it. */
  readonly capacity?: boolean;
}

/** One line of a plot. */
export interface PlotSeries {
  readonly name: string;
  /** Place in the history's series. */
  readonly at: number;
  /** Which colour of the palette. */
  readonly color: "accent" | "late" | "dropping" | "blocked";
  readonly dash?: readonly number[];
}

/** The plots of a node. */
export const NODE_PLOTS: readonly PlotSpec[] = [
  {
    title: "Ticks",
    unit: "/s",
    series: [{ name: "ticks", at: NODE_SERIES.indexOf("ticksPerSecond"), color: "accent" }],
  },
  {
    title: "Time of a tick",
    unit: "log scale",
    isLog: true,
    format: (us) => formatNs(us * 1e3),
    series: [
      { name: "p50", at: NODE_SERIES.indexOf("tickP50Us"), color: "accent" },
      { name: "p99", at: NODE_SERIES.indexOf("tickP99Us"), color: "late", dash: [5, 3] },
    ],
  },
  { title: "Busy", unit: "%", series: [{ name: "busy", at: NODE_SERIES.indexOf("busyPercent"), color: "accent" }] },
];

/** The plots of a link. */
export const LINK_PLOTS: readonly PlotSpec[] = [
  {
    title: "Frames",
    unit: "/s",
    series: [
      { name: "written", at: LINK_SERIES.indexOf("writtenPerSecond"), color: "blocked", dash: [5, 3] },
      { name: "read", at: LINK_SERIES.indexOf("readPerSecond"), color: "accent" },
      { name: "dropped", at: LINK_SERIES.indexOf("droppedPerSecond"), color: "dropping", dash: [2, 2] },
    ],
  },
  {
    title: "Queued",
    unit: "frames",
    series: [{ name: "queued", at: LINK_SERIES.indexOf("queued"), color: "accent" }],
    capacity: true,
  },
  { title: "Age", unit: "ms", series: [{ name: "age", at: LINK_SERIES.indexOf("ageMs"), color: "accent" }] },
];
