/** @module What has to be said at once: a refused command, a lost connection, a graph that failed. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../components/icon.tsx";
import { LongText } from "../components/long_text.tsx";
import { describeProblem } from "../../control/client/client_calls.ts";
import { dismissNotice, notice, noticeIsGood } from "../state/commands.ts";
import { events, graph, graphState, hasEnded, oldSeconds, problem, status } from "../state/live.ts";

/** The failure that somebody has read: its run and message. */
const dismissed = signal("");

export function Notices(): JSX.Element {
  const lost = status.value === "waiting" || (status.value === "connecting" && graph.value !== undefined);
  const failure = graphState.value === "failed" ? graph.value?.error ?? lastWords() : undefined;
  return (
    <div class="notices" role="log" aria-label="Notices">
      {lost && (
        <p class="notice">
          {hasEnded.value
            ? "The graph has ended, and its server with it. The figures are the last; the next run is shown when it is there."
            : "No connection to the runtime. The figures are the last that came; trying again until it is back."}
        </p>
      )}
      {!lost && oldSeconds.value > 0 && (
        <p class="notice" data-silent>
          The runtime sends nothing: it has no time, or the line is silent. The figures are the last that came.
        </p>
      )}
      {failure !== undefined && dismissed.value !== keyOf(failure.message) && (
        <p class="notice bad-notice">
          <span class="grow">
            The graph failed: <LongText text={failure.message} />
          </span>
          {failure.code !== undefined && <code>{failure.code}</code>}
          <button
            type="button"
            class="plain icon"
            aria-label="Dismiss why it failed"
            onClick={() => dismissed.value = keyOf(failure.message)}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
      {problem.value !== undefined && (
        <p class="notice" data-problem>
          There is a problem with the runtime: <LongText text={describeProblem(problem.value)} />
        </p>
      )}
      {notice.value !== undefined && (
        <p class={noticeIsGood.value ? "notice good-notice" : "notice bad-notice"}>
          <span class="grow">{notice.value}</span>
          <button type="button" class="plain icon" aria-label="Dismiss" onClick={dismissNotice}>
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}

/** Why the graph failed, by its last event: the server may be gone before it can be asked. */
function lastWords(): { readonly message: string; readonly code?: string } | undefined {
  return events.value.findLast(({ topic, kind }) => topic === "runtime" && kind === "ended");
}

function keyOf(message: string): string {
  return `${graph.peek()?.run}\n${message}`;
}
