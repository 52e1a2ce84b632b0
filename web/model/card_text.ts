/**
 * What a node's card and a link's label say, the same on a canvas and in the document.
 *
 * @module
 */
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { type DropReason, dropReasons } from "./drops.ts";
import { formatAgo, formatMeasured, formatNs, formatRate, formatShort } from "./format_figures.ts";
import type { LinkFigures, NodeFigures } from "./graph_figures.ts";
import { type Health, HEALTH_MARKS } from "./health.ts";

const MINUTE_MS = 60_000;

/** The lines of a node's card that change. */
export interface CardText {
  /** The condition in a word; `""` while all is well, but for `waiting`. */
  readonly condition: string;
  /** `94/s`. */
  readonly rate: string;
  /** `p50 12 µs · p99 85 µs`; `for a link to audioIn`. */
  readonly ticks: string;
  /** `2 errors`; `""` for none. */
  readonly errors: string;
}

/** The lines of a link's label. */
export interface LabelText {
  /** `94/s`. */
  readonly rate: string;
  /** `2/8`: queued, and what fits. */
  readonly depth: string;
  /** How full it is, from 0 to 1. */
  readonly fill: number;
  /** Age of the newest frame. */
  readonly age: string;
  /** `120 dropped`, and how long ago where it is long: `120 dropped · 5 min`; `""` for none that are not acknowledged. */
  readonly drops: string;
  /** All reasons, for whoever points at it: `120 full, 3 skipped; lost last 2 min ago`. */
  readonly allDrops: string;
  /** One line for a short label: `94/s 2/8 ▾120`. */
  readonly short: string;
  /** All that is said while no more is asked for: `127 dropped`, `full 8/8`; `""` while all is well. */
  readonly fault: string;
  /** When that was: `5 min ago`; `""` for now. */
  readonly faultAgo: string;
}

/** What a card says. */
export function cardText(now: NodeFigures | undefined): CardText {
  if (now === undefined) return { condition: "", rate: "", ticks: "", errors: "" };
  const stuck = now.health === "stuck" ? ` ${formatNs(now.inCallMs * 1e6)}` : "";
  const waiting = now.awaits === undefined ? "" : "waiting";
  return {
    condition: isCalm(now.health) ? waiting : HEALTH_MARKS[now.health].word + stuck,
    rate: formatRate(now.ticksPerSecond),
    ticks: now.awaits !== undefined
      ? `for a link to ${now.awaits}`
      : now.ticks === 0
      ? "no tick yet"
      : `p50 ${formatMeasured(now.tickP50Ns)} · p99 ${formatMeasured(now.tickP99Ns)}`,
    errors: now.errors === 0 ? "" : `${formatShort(now.errors)} ${now.errors === 1 ? "error" : "errors"}`,
  };
}

/** What a label says. */
export function labelText(now: LinkFigures | undefined, frame: StatsFrame | undefined, index: number): LabelText {
  if (now === undefined || frame === undefined) {
    return { rate: "", depth: "", fill: 0, age: "", drops: "", allDrops: "", short: "", fault: "", faultAgo: "" };
  }
  const reasons = now.dropped === 0 ? [] : dropReasons(frame.links, index);
  const words = reasons.toSorted((a, b) => b.count - a.count).map(({ count, reason }) =>
    `${formatShort(count)} ${reason}`
  );
  const lost = lossWords(now, reasons);
  const rate = formatRate(now.readPerSecond);
  const depth = `${now.queued}/${now.capacity}`;
  return {
    rate,
    depth,
    fill: Math.min(1, now.queued / now.capacity),
    age: now.written === 0 ? "no frame yet" : formatNs(now.ageNs),
    drops: now.unseenDrops === 0
      ? ""
      : `${formatShort(now.unseenDrops)} dropped${isRecent(now.lossAgoMs) ? "" : ` · ${minutesAgo(now.lossAgoMs)}`}`,
    allDrops: words.join(", ") + (lost === "" ? "" : `; lost last ${lost}`),
    short: `${rate} ${depth}${now.unseenDrops === 0 ? "" : ` ▾${formatShort(now.unseenDrops)}`}`,
    ...faultText(now),
  };
}

/** What is wrong with a link, now or since it was last acknowledged. */
export function faultText(
  { unseenLost, lossAgoMs, isFull, health, queued, capacity, ageNs }: Pick<
    LinkFigures,
    "unseenLost" | "lossAgoMs" | "isFull" | "health" | "queued" | "capacity" | "ageNs"
  >,
): Pick<LabelText, "fault" | "faultAgo"> {
  if (unseenLost > 0) return { fault: `${formatShort(unseenLost)} dropped`, faultAgo: formatAgo(lossAgoMs) };
  const isStopped = health === "blocked" || isFull;
  const fault = isStopped
    ? `full ${queued}/${capacity}`
    : health === "late"
    ? `late ${formatNs(ageNs)}`
    : isCalm(health)
    ? ""
    : HEALTH_MARKS[health].word;
  return { fault, faultAgo: "" };
}

/** When frames were lost last, in words: `2 min ago`; `""` if none were but those that a policy or an edit left out. */
export function lossWords({ lossAgoMs }: Pick<LinkFigures, "lossAgoMs">, reasons: readonly DropReason[]): string {
  if (!reasons.some(({ isLoss }) => isLoss)) return "";
  if (lossAgoMs === Infinity) return "before this page was opened";
  return lossAgoMs < MINUTE_MS ? "within the last minute" : formatAgo(lossAgoMs);
}

/** When it was needs no words: just now, or this page did not see it. */
function isRecent(agoMs: number): boolean {
  return agoMs < MINUTE_MS || agoMs === Infinity;
}

/** As a label has room for it. */
function minutesAgo(agoMs: number): string {
  return formatAgo(agoMs).replace(" ago", "");
}

/** Whether a condition needs no word on a card: its mark is enough. */
export function isCalm(health: Health): boolean {
  return health === "healthy" || health === "idle" || health === "ended";
}
