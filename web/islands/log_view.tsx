/** @module Events of the runtime and lines of the log, in one list by time; and beside it the log of changes. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { type Level, LEVELS } from "../../control/schemas/feed.ts";
import { LongText } from "../components/long_text.tsx";
import { linkName } from "../model/describe.ts";
import { formatTimeOfDay } from "../model/format_figures.ts";
import { linkNames } from "../model/event_words.ts";
import { mergeNews, type News } from "../model/news.ts";
import type { Selection } from "../model/place.ts";
import { shownText } from "../model/shown_text.ts";
import { events, graph, lines } from "../state/live.ts";
import { select, showView } from "../state/place.ts";
import { ChangesView } from "./changes_view.tsx";

const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  trace: "everything",
  debug: "debug and worse",
  info: "info and worse",
  warn: "warnings and errors",
  error: "errors",
};

/** The two logs: what the graph says, and what was done to it. */
const LOGS = { news: "Events", changes: "Changes" } as const;

const shown = signal<keyof typeof LOGS>("news");
const least = signal<Level>("warn");
const query = signal("");
const names = computed(() => linkNames(graph.value?.links ?? []));
const news = computed(() =>
  mergeNews(events.value, lines.value, {
    least: least.value,
    query: query.value,
    unfolded: least.value === "debug" || least.value === "trace",
  }, names.value)
);

export function LogView(): JSX.Element {
  return (
    <section class="log-view" aria-label="Log">
      <div class="table-tools">
        <div role="group" aria-label="Which log" class="switch">
          {(["news", "changes"] as const).map((each) => (
            <button
              key={each}
              type="button"
              class="plain"
              aria-pressed={shown.value === each}
              onClick={() => shown.value = each}
            >
              {LOGS[each]}
            </button>
          ))}
        </div>
        {shown.value === "news" && <NewsTools />}
      </div>
      {shown.value === "news" ? <NewsList news={news.value} /> : <ChangesView />}
    </section>
  );
}

function NewsTools(): JSX.Element {
  return (
    <>
      <input
        type="search"
        class="search-input"
        aria-label="Find in the log"
        placeholder="Find"
        data-search
        value={query.value}
        onInput={({ currentTarget }) => query.value = currentTarget.value}
      />
      <label class="order">
        <span class="soft">Show</span>
        <select value={least.value} onChange={({ currentTarget }) => least.value = currentTarget.value as Level}>
          {LEVELS.map((level) => <option key={level} value={level}>{LEVEL_NAMES[level]}</option>)}
        </select>
      </label>
    </>
  );
}

/** A list of events and lines, the newest first. */
export function NewsList({ news }: { readonly news: readonly News[] }): JSX.Element {
  return (
    <div class="news-scroll" tabIndex={0} role="region" aria-label="Events and lines, the newest first">
      {news.length === 0 && <p class="empty soft">Nothing of this level yet; "Show" has the others</p>}
      <ol class="news">
        {news.map((each) => <NewsItem key={each.key} each={each} />)}
      </ol>
    </div>
  );
}

function NewsItem({ each }: { readonly each: News }): JSX.Element {
  const { nodes = [], links = [] } = graph.value ?? {};
  const link = links.find(({ id }) => id === each.linkId);
  const node = nodes.find(({ id }) => id === each.nodeId);
  const target: Selection | undefined = link !== undefined
    ? { kind: "link", id: link.id }
    : node && { kind: "node", id: node.id };
  const about = shownText(link === undefined ? each.nodeId ?? each.about : linkName(link));
  return (
    <li class={`news-item level-${each.level}`}>
      <time class="soft" dateTime={new Date(each.timeMs).toISOString()}>{formatTimeOfDay(each.timeMs)}</time>
      <span class="news-level">{each.level}</span>
      {target === undefined ? <bdi class="soft clip news-about">{about}</bdi> : (
        <button
          type="button"
          class="row-button clip news-about"
          title={about}
          onClick={() => {
            select(target);
            showView("graph");
          }}
        >
          <bdi>{about}</bdi>
        </button>
      )}
      <span class="news-kind soft clip">{shownText(each.kind)}</span>
      <span class="news-message">
        <LongText text={each.message} />
      </span>
    </li>
  );
}
