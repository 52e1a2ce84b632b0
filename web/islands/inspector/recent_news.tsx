/** @module The newest events and log lines of a node or link. */
import type { JSX } from "preact";
import { LongText } from "../../components/long_text.tsx";
import { formatTimeOfDay } from "../../model/format_figures.ts";
import { linkNames } from "../../model/event_words.ts";
import { mergeNews } from "../../model/news.ts";
import { shownText } from "../../model/shown_text.ts";
import { events, graph, lines } from "../../state/live.ts";

const SHOWN = 12;

export function RecentNews(about: { readonly nodeId?: string; readonly linkId?: string }): JSX.Element {
  const ofLog = about.nodeId === undefined ? [] : lines.value;
  const names = linkNames(graph.value?.links ?? []);
  const news = mergeNews(events.value, ofLog, { least: "trace", ...about }, names);
  if (news.length === 0) return <p class="soft">None in what is kept</p>;
  return (
    <ol class="recent">
      {news.slice(0, SHOWN).map(({ key, timeMs, level, kind, message }) => (
        <li key={key} class={`level-${level}`}>
          <time class="soft">{formatTimeOfDay(timeMs)}</time>
          <span class="news-message">
            {kind !== "" && <b>{shownText(kind)}</b>} <LongText text={message} />
          </span>
        </li>
      ))}
    </ol>
  );
}
