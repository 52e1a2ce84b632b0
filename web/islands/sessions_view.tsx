/** @module The sessions of the pipelines that the process offers, one a row; each leads to its graph. */
import type { JSX } from "preact";
import { formatCount, formatNs, formatRate } from "../model/format_figures.ts";
import { shownSession } from "../state/live.ts";
import { sessionList, sessionRows } from "../state/sessions.ts";

const HEADS = ["Session", "Pipeline", "Caller", "By", "State", "Open", "In", "Out", "Bytes", "Drops"];

export function SessionsView(): JSX.Element {
  const counts = sessionList.value?.counts;
  return (
    <section class="sessions" aria-label="Sessions">
      {counts !== undefined && (
        <p class="soft">
          {formatCount(counts.open)} open, {formatCount(counts.started)} started, {formatCount(sum(counts.refused))}
          {" "}
          refused
        </p>
      )}
      <table>
        <thead>
          <tr>{HEADS.map((each) => <th key={each} scope="col">{each}</th>)}</tr>
        </thead>
        <tbody>
          {sessionRows.value.map((each) => (
            <tr key={each.number} aria-current={each.number === shownSession ? "true" : undefined}>
              <th scope="row">
                {each.state === undefined
                  ? each.number
                  : <a href={`/?session=${each.number}`} title="Show its graph">{each.number}</a>}
              </th>
              <td>
                <bdi class="clip">{each.graph ?? "its own"}</bdi>
              </td>
              <td>
                <bdi class="clip">{each.caller}</bdi>
              </td>
              <td>{each.transport}</td>
              <td>{each.state ?? "elsewhere"}</td>
              <td class="figure">{formatNs(Math.floor(each.openMs / 1_000) * 1e9)}</td>
              <td class="figure">{formatCount(each.inputs)}, {formatRate(each.inputsPerSecond)}</td>
              <td class="figure">{formatCount(each.outputs)}, {formatRate(each.outputsPerSecond)}</td>
              <td class="figure">{formatRate(each.bytesPerSecond)}</td>
              <td class={each.dropped ? "figure dropping" : "figure"}>{formatCount(each.dropped ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {sessionRows.value.length === 0 && <p class="soft">No session is open.</p>}
    </section>
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}
