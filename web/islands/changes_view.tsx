/** @module The log of changes: who did what when, the newest first, each entry with the way back to it. */
import type { JSX } from "preact";
import type { LogEntry } from "../../control/schemas/commands.ts";
import { formatTimeOfDay } from "../model/format_figures.ts";
import { shownText } from "../model/shown_text.ts";
import { editing, goBack, steps } from "../state/edit.ts";
import { status } from "../state/live.ts";

export function ChangesView(): JSX.Element {
  const entries = steps.value.entries.toReversed();
  return (
    <div class="news-scroll" tabIndex={0} role="region" aria-label="Changes of the graph, the newest first">
      <ol class="changes">
        {entries.map((entry) => <Change key={entry.seq} entry={entry} />)}
        <li>
          <span class="soft change-title grow">The graph as it was when the log began</span>
          <BackButton to={0} title="the beginning" disabled={entries.length === 0} />
        </li>
      </ol>
    </div>
  );
}

function Change({ entry: { seq, at, by, title, error, notes } }: { readonly entry: LogEntry }): JSX.Element {
  return (
    <li data-seq={seq}>
      <time class="soft" dateTime={at}>{formatTimeOfDay(Date.parse(at))}</time>
      <bdi class="soft change-by">{shownText(by)}</bdi>
      <span class="change-title grow">
        {shownText(title)}
        {error !== undefined && <span class="bad">: {shownText(error)}</span>}
        {notes.length > 0 && <span class="soft">: {shownText(notes.join("; "))}</span>}
      </span>
      {error === undefined && <BackButton to={seq} title={title} disabled={false} />}
    </li>
  );
}

interface BackProps {
  readonly to: number;
  readonly title: string;
  readonly disabled: boolean;
}

function BackButton({ to, title, disabled }: BackProps): JSX.Element {
  return (
    <button
      type="button"
      aria-label={`Go back to here: ${title}`}
      disabled={disabled || editing.value || status.value !== "open"}
      onClick={() => void goBack(to)}
    >
      Go back to here
    </button>
  );
}
