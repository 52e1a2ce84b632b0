/**
 * Events and log lines in one list, the newest first. Its length is bounded by what feeds keep.
 *
 * @module
 */
import { type ControlEvent, type Level, LEVELS, type LogLine } from "../../control/schemas/feed.ts";
import { eventWords, type LinkNames } from "./event_words.ts";
import { foldNews } from "./news_fold.ts";

/** One entry. */
export interface News {
  /** Unlike that of any other of a run. */
  readonly key: string;
  readonly timeMs: number;
  readonly level: Level;
  /** What an event is about or a line's category: `lane:shape`, `runtime`. */
  readonly about: string;
  /** What happened; `""` for a line. */
  readonly kind: string;
  readonly message: string;
  readonly nodeId?: string;
  readonly linkId?: string;
}

/** What of all is wanted. */
export interface NewsChoice {
  /** The least important level. */
  readonly least: Level;
  /** Only what has this text, whatever its case. */
  readonly query?: string;
  /** Only what is about this node or link. */
  readonly nodeId?: string;
  readonly linkId?: string;
  /** Every event and line for itself; otherwise what is one thing is one entry. */
  readonly unfolded?: boolean;
}

/** Entries longer than this are cut, so that a hostile text cannot stop the page. */
const MAX_MESSAGE = 4000;

/** Merges two feeds, each of them oldest first. @param links what links are called */
export function mergeNews(
  events: readonly ControlEvent[],
  lines: readonly LogLine[],
  choice: NewsChoice,
  links: LinkNames = new Map(),
): News[] {
  const told = choice.unfolded === true
    ? { events, lines, words: new Map<ControlEvent, string>() }
    : foldNews(events, lines, links);
  const all = [
    ...told.events.map((event) => ofEvent(event, told.words.get(event) ?? eventWords(event, links))),
    ...told.lines.map(ofLine),
  ].filter((each) => fits(each, choice));
  // Among entries of one moment, the last received is the newest.
  return all.reverse().sort((a, b) => b.timeMs - a.timeMs);
}

function ofEvent({ seq, timeMs, level, topic, kind, nodeId, linkId }: ControlEvent, words: string): News {
  return { key: `e${seq}`, timeMs, level, about: topic, kind, message: cut(words), nodeId, linkId };
}

function ofLine({ seq, timeMs, level, category, message, nodeId }: LogLine): News {
  return { key: `l${seq}`, timeMs, level, about: category, kind: "", message: cut(message), nodeId };
}

function fits(each: News, { least, query, nodeId, linkId }: NewsChoice): boolean {
  if (LEVELS.indexOf(each.level) < LEVELS.indexOf(least)) return false;
  if (nodeId !== undefined && each.nodeId !== nodeId) return false;
  if (linkId !== undefined && each.linkId !== linkId) return false;
  if (query === undefined || query === "") return true;
  return `${each.about}\n${each.kind}\n${each.message}\n${each.nodeId ?? ""}`.toLowerCase().includes(
    query.toLowerCase(),
  );
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}
