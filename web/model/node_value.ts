/**
 * The one value that a node shows while nothing else is asked for: of what it reports the figure that matters to its
 * kind, and otherwise its rate. A value stays as it is shown until it has clearly moved, so that its last digit does
 * not flicker.
 *
 * @module
 */
import type { NodeInfo } from "../../control/schemas/graph.ts";
import { formatBytes, formatClock, formatRate, formatShort } from "./format_figures.ts";
import type { NodeFigures } from "./graph_figures.ts";

/** Figures that a node reports, by name. The unit is in the name. */
export type ReportedFigures = { readonly [name: string]: number };

/** A value as it is shown. */
export interface NodeValue {
  /** `-7.2 dB`. */
  readonly text: string;
  /** What it is, in a word or two: `Level`. */
  readonly name: string;
  /** The figure that the text tells, which is not quite the newest one. */
  readonly figure: number;
  /** Of a rate: about where it has been of late. */
  readonly mean?: number;
}

/** What is shown of a reported figure. */
interface ValueRule {
  readonly name: string;
  /** The figure's name; the greatest counts of several, such as those of channels. */
  readonly figure: RegExp;
  /** Only for nodes without outputs: what others write goes on to a link, which tells its rate. */
  readonly isOfSinks?: boolean;
  /** How far the figure moves before another one is shown. */
  readonly step: number;
  format(figure: number): string;
}

/** At or below this a level is silence, decibels. */
const SILENCE_DB = -120;

const decibels = (value: number) => value <= SILENCE_DB ? "silent" : `${value.toFixed(1)} dB`;
const loudness = (value: number) => value <= SILENCE_DB ? "silent" : `${value.toFixed(1)} LUFS`;
const hertz = (value: number) => value < 9_995 ? `${Math.round(value)} Hz` : `${formatShort(value / 1e3)} kHz`;

/** What matters most comes first: a node that reports several of these shows the first. */
const RULES: readonly ValueRule[] = [
  { name: "Voice", figure: /^isVoice$/, step: 1, format: (value) => value > 0 ? "voice" : "no voice" },
  { name: "Gate", figure: /^isOpen$/, step: 1, format: (value) => value > 0 ? "open" : "closed" },
  { name: "Loudness", figure: /^shortTermLufs$/, step: 0.2, format: loudness },
  { name: "Peak", figure: /^peakHz$/, step: 1, format: hertz },
  { name: "Level", figure: /^(peakDb|levelDb)(_\d+)?$/, step: 0.2, format: decibels },
  {
    name: "Gain",
    figure: /^gainDb$/,
    step: 0.2,
    format: (value) => `${value > 0 ? "+" : ""}${decibels(value)}`,
  },
  { name: "Reduction", figure: /^reductionDb$/, step: 0.2, format: decibels },
  { name: "Written", figure: /^bytes$/, isOfSinks: true, step: 0, format: formatBytes },
  { name: "Played", figure: /^playedSeconds$/, step: 0, format: formatClock },
  {
    name: "Clients",
    figure: /^clients$/,
    step: 0,
    format: (count) => `${count} ${count === 1 ? "client" : "clients"}`,
  },
];

/** Rates of at least this are told in whole numbers. */
const WHOLE_FROM = 10;

/** A rate that is off by this share has leapt. */
const LEAP = 0.1;

/**
 * The value of a node.
 *
 * @param before as it is shown now
 */
export function nodeValue(
  { outputs }: Pick<NodeInfo, "outputs">,
  now: NodeFigures | undefined,
  reported: ReportedFigures | undefined,
  before?: NodeValue,
): NodeValue {
  for (const { name, figure: wanted, isOfSinks, step, format } of RULES) {
    if (reported === undefined || (isOfSinks && outputs.length > 0)) continue;
    const found = Object.keys(reported).filter((each) => wanted.test(each)).map((each) => reported[each]);
    if (found.length === 0) continue;
    const figure = steady(before?.name === name ? before.figure : NaN, Math.max(...found), step);
    return { name, figure, text: format(figure) };
  }
  return rateValue(now?.ticksPerSecond ?? NaN, before?.name === "Rate" ? before : undefined);
}

/** A rate goes to and fro with the moments of its readings, so its mean decides; a leap shows at once. */
function rateValue(rate: number, before: NodeValue | undefined): NodeValue {
  const mean = before?.mean ?? NaN;
  const isLeap = !(Math.abs(rate - mean) < mean * LEAP);
  const next = isLeap ? rate : mean + (rate - mean) / 4;
  const figure = steady(before?.figure ?? NaN, next, isLeap ? 0 : 0.75 * lastDigit(next));
  return { name: "Rate", figure, mean: next, text: formatRate(figure >= WHOLE_FROM ? Math.round(figure) : figure) };
}

/** The worth of the last digit that is shown of a rate. */
function lastDigit(rate: number): number {
  return 10 ** Math.max(rate >= WHOLE_FROM ? 0 : -2, Math.floor(Math.log10(rate)) - 2);
}

/** The figure that is shown, unless the newest one is at least a step away. */
export function steady(shown: number, newest: number, step: number): number {
  return Math.abs(newest - shown) < step ? shown : newest;
}
