/** @module A node: how it is doing and why, its parameters, figures, history, links, news, and documentation. */
import type { JSX } from "preact";
import type { NodeDetail } from "../../../control/schemas/graph.ts";
import { BUCKET_SHIFTS, bucketNs } from "../../../control/schemas/stats_layout.ts";
import { DocText } from "../../components/doc_text.tsx";
import { FigureList } from "../../components/figure_list.tsx";
import { MoreFigures } from "./more_figures.tsx";
import { HealthMark } from "../../components/health_mark.tsx";
import { LongText } from "../../components/long_text.tsx";
import { Section } from "../../components/section.tsx";
import { TickHistogram } from "../../components/tick_histogram.tsx";
import { nodeWords } from "../../model/condition_words.ts";
import { lastFailure } from "../../model/failure.ts";
import { quantileNs } from "../../model/histogram_bars.ts";
import {
  formatCount,
  formatFigure,
  formatMeasured,
  formatNs,
  formatRate,
  formatShare,
} from "../../model/format_figures.ts";
import { calmValues } from "../../state/calm.ts";
import { detail, detailProblem } from "../../state/detail.ts";
import { conditions, events, figures, graph, reading } from "../../state/live.ts";
import { leadToLink } from "../../state/place.ts";
import { Condition } from "./condition.tsx";
import { ConfigForm } from "./config_form.tsx";
import { LatencyList } from "./latency_list.tsx";
import { NodeActions } from "./node_actions.tsx";
import { NodeEdits } from "./node_edits.tsx";
import { NODE_PLOTS } from "./plots.ts";
import { PluginPanel } from "./plugin_panel.tsx";
import { HistoryPlots } from "./history_plots.tsx";
import { RecentNews } from "./recent_news.tsx";

interface PanelProps {
  /** Index in the graph. */
  readonly index: number;
}

export function NodePanel({ index }: PanelProps): JSX.Element | null {
  const node = graph.value?.nodes[index];
  if (node === undefined) return null;
  const known = detail.value?.node.id === node.id ? detail.value : undefined;
  const failure = lastFailure(node.id, graph.value?.error, events.value);
  return (
    <>
      <p class="about soft">
        <bdi>{node.type}</bdi> · <bdi>{node.category}</bdi> · lane <bdi>{node.lane}</bdi>
        {node.isolated && ", in a process of its own"} <NodeState index={index} />
      </p>
      <Condition read={(now) => now.nodeHealth[index]} explain={(now) => nodeWords(now, index, failure)} />
      <Failure index={index} text={failure} />
      <NodeActions index={index} />
      <NodeEdits node={node} />
      {detailProblem.value !== undefined && <p class="field-problem">{detailProblem.value}</p>}
      {known !== undefined && <ConfigForm key={node.id} detail={known} />}
      {known?.panel !== undefined && <PluginPanel path={known.panel} id={node.id} type={node.type} />}
      <Section title="Figures">
        <NodeFigureList index={index} detail={known} />
      </Section>
      {isSink(node.id) && (
        <Section title="Where the milliseconds go">
          <LatencyList index={index} />
        </Section>
      )}
      {known?.figures !== undefined && (
        <Section title="What it reports">
          <FigureList
            items={Object.entries(known.figures).map(([key, value]) => ({
              key,
              name: key,
              value: formatFigure(value),
            }))}
          />
        </Section>
      )}
      <Section title="History">
        <HistoryPlots selection={{ kind: "node", id: node.id }} plots={NODE_PLOTS} />
      </Section>
      {known !== undefined && (
        <Section title="Time of a tick">
          <TickHistogram histogram={known.tick} label="ticks of the run, log scale" />
        </Section>
      )}
      <Section title="Links">
        <NodeLinks index={index} />
      </Section>
      <Section title="Events and log">
        <RecentNews nodeId={node.id} />
      </Section>
      {known !== undefined && (
        <Section title="Documentation" open={false}>
          <Documentation detail={known} />
        </Section>
      )}
    </>
  );
}

/** Whether links lead to a node, and none leads on. */
function isSink(id: string): boolean {
  const links = graph.value?.links ?? [];
  return links.some(({ toNode }) => toNode === id) && !links.some(({ fromNode }) => fromNode === id);
}

/** Where a node is in its life, by the newest reading; nothing runs in a graph that is paused or has ended. */
function NodeState({ index }: PanelProps): JSX.Element | null {
  reading.value;
  const now = figures.value?.node(index);
  if (now === undefined) return null;
  const isOver = figures.value?.over === true && now.health === "ended";
  const isPaused = figures.value?.paused === true && now.state === "running";
  return <span data-figure="state">· {isOver ? "ended" : isPaused ? "paused" : now.state}</span>;
}

/** What a node failed with last, where its condition does not say it already. */
function Failure({ index, text }: PanelProps & { readonly text: string | undefined }): JSX.Element | null {
  conditions.value;
  if (text === undefined || figures.value?.nodeHealth[index] === "failed") return null;
  return (
    <p class="last-failure" data-failure>
      <span class="soft">Failed last with</span> <LongText text={text} />
    </p>
  );
}

function NodeFigureList({ index, detail: known }: PanelProps & { readonly detail?: NodeDetail }): JSX.Element | null {
  reading.value;
  const now = figures.value?.node(index);
  const columns = figures.value?.frame?.nodes;
  if (now === undefined || columns === undefined) return null;
  const age = (name: "ageP50" | "ageP99") => formatMeasured(bucketNs(columns[name][index], BUCKET_SHIFTS[name]));
  const restarts = columns.restarts[index];
  const value = calmValues.of(figures.value!.graph.nodes[index], now);
  const ages = "Age of the frames that it read in the last 10 seconds";
  return (
    <MoreFigures
      main={[
        ...(value.name === "Rate" ? [] : [{ key: "value", name: value.name, value: value.text }]),
        { key: "rate", name: "Ticks/s", value: formatRate(now.ticksPerSecond) },
        { key: "busy", name: "Busy", value: formatShare(now.busyShare), title: "Share of the time in process()" },
        ...(value.name === "Rate" ? [{ key: "age-p50", name: "Age", value: age("ageP50"), title: ages }] : []),
        { key: "errors", name: "Errors", value: formatCount(now.errors), bad: now.errors > 0 },
      ]}
      more={[
        { key: "ticks", name: "Ticks", value: formatCount(now.ticks), title: "Calls of process()" },
        { key: "p50", name: "Tick p50", value: formatMeasured(now.tickP50Ns), title: "Of the last 10 seconds" },
        { key: "p99", name: "Tick p99", value: formatMeasured(now.tickP99Ns), title: "Of the last 10 seconds" },
        ...(known === undefined ? [] : [
          { key: "run-p50", name: "p50 of the run", value: formatMeasured(quantileNs(known.tick, 0.5)) },
          { key: "run-p99", name: "p99 of the run", value: formatMeasured(quantileNs(known.tick, 0.99)) },
        ]),
        { key: "max", name: "Longest of the run", value: formatMeasured(columns.maxTickNs[index]) },
        ...(value.name === "Rate" ? [] : [{ key: "age-p50", name: "Age p50", value: age("ageP50"), title: ages }]),
        { key: "age-p99", name: "Age p99", value: age("ageP99"), title: ages },
        ...(restarts > 0 ? [{ key: "restarts", name: "Restarts", value: formatCount(restarts), bad: true }] : []),
        ...(known === undefined ? [] : [
          { key: "frames-in", name: "Frames in", value: formatCount(known.framesIn) },
          { key: "frames-out", name: "Frames out", value: formatCount(known.framesOut) },
        ]),
        ...(known?.progress === undefined ? [] : [{
          key: "progress",
          name: "Progress",
          value: formatNs(known.progress.doneNs) +
            (known.progress.totalNs === undefined ? "" : ` of ${formatNs(known.progress.totalNs)}`),
        }]),
      ]}
    />
  );
}

function NodeLinks({ index }: PanelProps): JSX.Element {
  reading.value;
  const now = figures.value;
  const all = graph.value?.links ?? [];
  const { id } = graph.value!.nodes[index];
  const mine = all.flatMap((link, k) => link.fromNode === id || link.toNode === id ? [{ link, k }] : []);
  if (mine.length === 0) return <p class="soft">None</p>;
  return (
    <ul class="link-list">
      {mine.map(({ link, k }) => (
        <li key={link.id}>
          <button type="button" class="row-button" onClick={() => leadToLink(k)} title={link.id}>
            <span class="clip grow">
              {link.toNode === id
                ? `${link.fromNode}.${link.fromPort} → ${link.toPort}`
                : `${link.fromPort} → ${link.toNode}.${link.toPort}`}
            </span>
            {now?.linkHealth[k] !== undefined && <HealthMark health={now.linkHealth[k]} />}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Documentation({ detail: { type } }: { readonly detail: NodeDetail }): JSX.Element {
  return (
    <>
      {type.source !== "" && (
        <p class="soft">
          Source <code data-source>{type.source}</code>
        </p>
      )}
      <DocText doc={type.doc === "" ? type.description : type.doc} />
      {[...type.inputs, ...type.outputs].map((port) => (
        <p key={port.name} class="doc-item">
          <code>{port.name}</code> <span class="soft">{port.type}</span> {port.doc}
        </p>
      ))}
    </>
  );
}
