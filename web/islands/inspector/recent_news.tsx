/** @module The newest events and log lines of a node or link. */
import type { JSX } from "preact";
import { formatTimeOfDay } from "../../model/format_figures.ts";
import { mergeNews } from "../../model/news.ts";
import { events, lines } from "../../state/live.ts";

const SHOWN = 12;

/** See the module. */
export function RecentNews(about: { readonly nodeId?: string; readonly linkId?: string }): JSX.Element {
  const news = mergeNews(events.value, about.nodeId === undefined ? [] : lines.value, { least: "debug", ...about });
  if (news.length === 0) return <p class="soft">None in what is kept</p>;
  return (
    <ol class="recent">
      {news.slice(0, SHOWN).map(({ key, timeMs, level, kind, message }) => (
        <li key={key} class={`level-${level}`}>
          <time class="soft">{formatTimeOfDay(timeMs)}</time>
          <span class="news-message">
            {kind !== "" && <b>{kind}</b>} {message}
          </span>
        </li>
      ))}
    </ol>
  );
}
