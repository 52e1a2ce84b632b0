/**
 * What happened to a node or a link, at the places of its plots: faults and drops, changes that somebody made, and that
 * the graph was paused, went on or began.
 *
 * @module
 */
import type { LogEntry } from "../../control/schemas/commands.ts";
import { type ControlEvent, type Level, LEVELS } from "../../control/schemas/feed.ts";
import type { LinkNames } from "./event_words.ts";
import { mergeNews } from "./news.ts";
import type { Selection } from "./place.ts";

/** Marks at most, the newest. */
const MAX_MARKS = 60;

/** Changes of one value that follow each other within so long are one mark: a slider makes many, milliseconds. */
const TOGETHER_MS = 2_000;

/** What the graph does as a whole. */
const RUN_KINDS: readonly string[] = ["started", "paused", "resumed", "stopping", "ended"];

/** A mark. */
export interface PlotMark {
  readonly timeMs: number;
  readonly kind: "fault" | "change" | "run";
  readonly text: string;
}

/** What marks are made of. */
export interface MarkSources {
  /** Oldest first. */
  readonly events: readonly ControlEvent[];
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** What links are called. */
  readonly names: LinkNames;
}

/** The marks of a node or link, oldest first. */
export function plotMarks({ kind, id }: Selection, { events, entries, names }: MarkSources): PlotMark[] {
  const about = kind === "node" ? { nodeId: id } : { linkId: id };
  const faults = mergeNews(events, [], { least: "warn", ...about }, names).map(({ timeMs, message }) => ({
    timeMs,
    kind: "fault" as const,
    text: message,
  }));
  const runs = events.filter((each) => each.topic === "runtime" && RUN_KINDS.includes(each.kind) && isNews(each.level))
    .map((each) => ({ timeMs: each.timeMs, kind: "run" as const, text: `graph ${each.kind}` }));
  const all: PlotMark[] = [...faults, ...runs, ...changesOf(id, entries)];
  return all.sort((a, b) => a.timeMs - b.timeMs).slice(-MAX_MARKS);
}

function isNews(level: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf("info");
}

function changesOf(id: string, entries: readonly LogEntry[]): PlotMark[] {
  const marks: PlotMark[] = [];
  for (const { at, by, title, commands, error } of entries) {
    if (error !== undefined || !commands.some((command) => names(command, id))) continue;
    const mark = { timeMs: Date.parse(at), kind: "change" as const, text: `${title} (${by})` };
    const before = marks.at(-1);
    if (before?.text === mark.text && mark.timeMs - before.timeMs < TOGETHER_MS) marks[marks.length - 1] = mark;
    else marks.push(mark);
  }
  return marks;
}

/** Whether a command is about a node, one of its ports, or a link. */
function names(command: unknown, id: string): boolean {
  if (typeof command === "string") return command === id || command.startsWith(`${id}.`);
  return typeof command === "object" && command !== null && Object.values(command).some((each) => names(each, id));
}
