/**
 * @module The graph in one line above every view: how old frames are at the end, and what was lost. With all details
 * also drops a second, how busy lanes are and how full pools are.
 */
import type { JSX } from "preact";
import { formatAgo, formatCount, formatMeasured, formatRate, formatShare } from "../model/format_figures.ts";
import { type LaneShare, type Overview as Figures, overviewOf, type PoolFill } from "../model/overview.ts";
import { calmReading } from "../state/calm.ts";
import { details, toggleDetails } from "../state/details.ts";
import { singleKeys } from "../state/keys.ts";
import { figures, graph, isCurrent } from "../state/live.ts";
import { leadToLink, leadToNode } from "../state/place.ts";

/** Lanes that are shown by name, the busiest; a narrow page shows fewer of them. */
const LANES = 4;

/** What was shown last. */
let newest: Figures | undefined;

/** It is there before the first reading, and between those of two versions of the graph: nothing below it moves. */
export function Overview(): JSX.Element {
  calmReading.value;
  const now = (figures.value && overviewOf(figures.value)) ?? newest;
  newest = now;
  return (
    <section class={isCurrent.value ? "overview" : "overview stale"} aria-label="Overview">
      <dl>
        {now === undefined ? null : details.value
          ? (
            <>
              <Drops now={now} />
              <Lanes lanes={now.lanes} />
              <Latency now={now} />
              <Pools pools={now.pools} />
            </>
          )
          : (
            <>
              <OneLatency now={now} />
              <Losses now={now} />
            </>
          )}
      </dl>
      <button
        type="button"
        class="details-switch"
        aria-pressed={details.value}
        aria-keyshortcuts={singleKeys.value ? "v" : undefined}
        title="All figures of nodes, links, lanes and pools (v)"
        onClick={toggleDetails}
      >
        Details
      </button>
    </section>
  );
}

/** Leads to the sink that a latency is of. */
function AtSink({ node: index }: { readonly node: number | undefined }): JSX.Element | null {
  const node = index === undefined ? undefined : graph.value?.nodes[index];
  if (node === undefined) return null;
  return (
    <>
      <span class="soft">at</span>
      <button type="button" class="plain" onClick={() => leadToNode(index!)}>
        <bdi class="clip">{node.id}</bdi>
      </button>
    </>
  );
}

/** The age of the frames at the sink where they are oldest. */
function OneLatency({ now: { latest } }: { readonly now: Figures }): JSX.Element {
  return (
    <div title="Median age of the frames that the slowest sink has read in the last 10 seconds, since they entered the graph">
      <dt>Latency</dt>
      <dd>
        <span class="figure" data-figure="overview-latency">{formatMeasured(latest?.p50Ns ?? 0)}</span>
        <AtSink node={latest?.node} />
      </dd>
    </div>
  );
}

/** What was lost since the start, or nothing. */
function Losses({ now: { lost, lossAgoMs, lossyLink } }: { readonly now: Figures }): JSX.Element | null {
  const link = graph.value?.links[lossyLink];
  if (link === undefined) return null;
  return (
    <div title="Frames that full links have lost since the start, or since they were acknowledged">
      <dt>Dropped</dt>
      <dd>
        <span class="figure dropping" data-figure="overview-lost">{formatCount(lost)}</span>
        <span class="soft">{formatAgo(lossAgoMs)}</span>
        <button type="button" class="plain" title={link.id} onClick={() => leadToLink(lossyLink)}>
          <bdi class="clip">{link.fromNode} → {link.toNode}</bdi>
        </button>
      </dd>
    </div>
  );
}

function Drops({ now: { droppedPerSecond, skippedPerSecond, worstLink } }: { readonly now: Figures }): JSX.Element {
  const link = graph.value?.links[worstLink];
  return (
    <div title="Frames that all links lose; those that a link of policy latest lets go for newer ones are told apart">
      <dt>Drops</dt>
      <dd>
        <span class={droppedPerSecond > 0 ? "figure dropping" : "figure"} data-figure="overview-drops">
          {formatRate(droppedPerSecond)}
        </span>
        {link !== undefined && (
          <>
            <span class="soft">most on</span>
            <button
              type="button"
              class="plain"
              title={link.id}
              onClick={() => leadToLink(worstLink)}
            >
              <bdi class="clip">{link.fromNode} → {link.toNode}</bdi>
            </button>
          </>
        )}
        {skippedPerSecond > 0 && <span class="soft overview-more">{formatRate(skippedPerSecond)} let go for newer
        </span>}
      </dd>
    </div>
  );
}

function Lanes({ lanes }: { readonly lanes: readonly LaneShare[] }): JSX.Element {
  return (
    <div title="Share of a core that the nodes of each lane take in process()">
      <dt>Busy</dt>
      <dd>
        <ul aria-label="Share of a core, by lane">
          {lanes.slice(0, LANES).map(({ name, busyShare }) => (
            <li key={name} data-lane={name} title={name}>
              <bdi class="clip">{name}</bdi>
              <svg class="overview-bar" viewBox="0 0 32 6" aria-hidden="true">
                <rect width="32" height="6" rx="2" />
                <rect class="overview-share" width={32 * (busyShare || 0)} height="6" rx="2" />
              </svg>
              <span class="figure" data-figure="overview-busy">{formatShare(busyShare)}</span>
            </li>
          ))}
        </ul>
        {lanes.length > 1 && <span class="soft">of {lanes.length} lanes</span>}
      </dd>
    </div>
  );
}

function Pools({ pools }: { readonly pools: readonly PoolFill[] }): JSX.Element {
  return (
    <div
      class="overview-pools"
      title="Slots of each pool that are taken, of those that it has now: it grows with the graph"
    >
      <dt>Pools</dt>
      <dd>
        <ul aria-label="Slots that are taken, by pool">
          {pools.map(({ name, taken, slots }) => (
            <li key={name} data-pool={name} title={name}>
              <bdi class="clip">{name}</bdi>
              <span class="figure" data-figure="overview-slots">{formatCount(taken)}/{formatCount(slots)}</span>
            </li>
          ))}
        </ul>
      </dd>
    </div>
  );
}

function Latency({ now: { latest } }: { readonly now: Figures }): JSX.Element {
  return (
    <div title="Age of the frames that the slowest sink has read in the last 10 seconds, since they entered the graph">
      <dt>Latency</dt>
      <dd>
        <span class="soft">p50</span>
        <span class="figure" data-figure="overview-p50">{formatMeasured(latest?.p50Ns ?? 0)}</span>
        <span class="soft">p99</span>
        <span class="figure" data-figure="overview-p99">{formatMeasured(latest?.p99Ns ?? 0)}</span>
        <AtSink node={latest?.node} />
      </dd>
    </div>
  );
}
