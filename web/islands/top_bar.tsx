/** @module The bar above every view: what runs, how it is doing, the views, and the buttons that act on the graph. */
import type { JSX } from "preact";
import { HealthShape } from "../components/health_mark.tsx";
import { Icon } from "../components/icon.tsx";
import { countHealth, countWords } from "../model/health_counts.ts";
import { HEALTH_MARKS } from "../model/health.ts";
import { formatNs } from "../model/format_figures.ts";
import { type View, VIEWS } from "../model/place.ts";
import { askToRestart, askToStop, busy, pauseGraph, resumeGraph, startGraph } from "../state/commands.ts";
import {
  conditions,
  figures,
  graph,
  graphState,
  hasEnded,
  isCurrent,
  oldSeconds,
  reading,
  status,
} from "../state/live.ts";
import { details } from "../state/details.ts";
import { helpOpen, singleKeys } from "../state/keys.ts";
import { loggedIn } from "../state/login.ts";
import { isNarrow, showView, view } from "../state/place.ts";
import { sessionList } from "../state/sessions.ts";
import { theme, toggleTheme } from "../state/theme.ts";

const VIEW_NAMES: Readonly<Record<View, string>> = { graph: "Graph", table: "Table", log: "Log", sessions: "Sessions" };

export function TopBar(): JSX.Element {
  return (
    <header class="bar">
      <h1 class="brand">
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 10h8c6 0 2 12 8 12h8M4 22h8c2 0 3-1 4-3M20 10h8" />
        </svg>
        <Title />
      </h1>
      <StateText />
      <Summary />
      <div class="grow" />
      <nav class="tabs" aria-label="Views">
        {VIEWS.filter((each) => each !== "sessions" || sessionList.value !== undefined).map((each, k) => (
          <button
            key={each}
            type="button"
            class="plain"
            aria-current={view.value === each ? "page" : undefined}
            aria-keyshortcuts={singleKeys.value ? String(k + 1) : undefined}
            onClick={() => showView(each)}
          >
            {each === "table" && isNarrow.value && !details.value ? "List" : VIEW_NAMES[each]}
          </button>
        ))}
      </nav>
      <Commands />
      <button
        type="button"
        class="plain icon"
        onClick={toggleTheme}
        aria-label={`Change to the ${theme.value === "dark" ? "light" : "dark"} theme`}
      >
        <Icon name="theme" />
      </button>
      <button
        type="button"
        class="plain icon help-button"
        onClick={() => helpOpen.value = true}
        aria-label="Keys and marks"
      >
        <Icon name="help" />
      </button>
      {loggedIn.value && (
        <form method="post" action="/logout">
          <button type="submit" class="plain icon" aria-label="Log out" title="Log out">
            <Icon name="leave" />
          </button>
        </form>
      )}
    </header>
  );
}

/** What runs. The folders of a path are cut first, since the file name tells most. */
function Title(): JSX.Element {
  const title = graph.value?.title || "Sluice";
  const at = title.lastIndexOf("/", title.length - 2) + 1;
  return (
    <span class="title" title={title}>
      {at > 0 && <bdi class="clip">{title.slice(0, at)}</bdi>}
      <bdi class="clip">{title.slice(at)}</bdi>
    </span>
  );
}

/** State of the graph, and for how long it has run. */
function StateText(): JSX.Element {
  reading.value;
  const state = graphState.value;
  const elapsedNs = figures.value?.frame?.elapsedNs;
  const oldS = oldSeconds.value;
  const told = isCurrent.value || hasEnded.value;
  const text = told
    ? state ?? "…"
    : status.value === "open"
    ? "no news"
    : status.value === "connecting"
    ? "connecting"
    : "no connection";
  return (
    <p class={`state state-${told ? state ?? "" : "lost"}`} role="status">
      <span>{text}</span>
      {graph.value?.nodes.some(({ locked }) => locked !== undefined) && <b class="rec">REC</b>}
      {elapsedNs !== undefined && (
        <span class="soft elapsed" aria-hidden="true">
          {oldS > 0 ? `for ${oldS} s` : elapsedNs < 1e9 ? "0 s" : formatNs(Math.floor(elapsedNs / 1e9) * 1e9)}
        </span>
      )}
    </p>
  );
}

/** How many nodes and links are in which condition, the gravest first. */
function Summary(): JSX.Element {
  conditions.value;
  const counts = figures.value?.known !== true ? [] : countHealth(figures.value);
  return (
    <ul class={isCurrent.value ? "summary" : "summary stale"} aria-label="Conditions of nodes and links">
      {counts.map((count) => {
        const { word, meaning } = HEALTH_MARKS[count.health];
        const words = countWords(count);
        return (
          <li key={count.health} class="health" title={`${words} ${word}: ${meaning}`}>
            <HealthShape health={count.health} />
            <span class="figure summary-count">{words}</span>
            <span class="figure summary-sum" aria-hidden="true">{count.nodes + count.links}</span>
            <span class="summary-word">{word}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Commands(): JSX.Element {
  const unreachable = status.value !== "open" || busy.value;
  const over = unreachable || hasEnded.value;
  const paused = graphState.value === "paused";
  if (graphState.value === "building") {
    return (
      <div class="commands" role="group" aria-label="Graph">
        <button type="button" disabled={unreachable} onClick={startGraph}>
          <Icon name="play" />
          <span class="button-word">Start</span>
        </button>
      </div>
    );
  }
  return (
    <div class="commands" role="group" aria-label="Graph">
      <button
        type="button"
        disabled={over}
        aria-keyshortcuts={singleKeys.value ? "p" : undefined}
        onClick={() => void (paused ? resumeGraph() : pauseGraph())}
      >
        <Icon name={paused ? "play" : "pause"} />
        <span class="button-word">{paused ? "Resume" : "Pause"}</span>
      </button>
      <button type="button" disabled={unreachable} onClick={askToRestart} aria-haspopup="dialog">
        <Icon name="restart" />
        <span class="button-word">Restart</span>
      </button>
      <button type="button" disabled={over} onClick={askToStop} aria-haspopup="dialog">
        <Icon name="stop" />
        <span class="button-word">Stop</span>
      </button>
    </div>
  );
}
