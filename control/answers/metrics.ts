/**
 * The figures of a graph in the text format of Prometheus (version 0.0.4).
 *
 * @module
 */
import { index64 } from "../../core/element_index.ts";
import { bucketStartNs } from "../../core/stats/histogram.ts";
import type { RuntimeView } from "../../core/runtime_view.ts";
import type { RuntimeStats } from "../../core/stats.ts";
import { NODE } from "../../ffi/layout.gen.ts";

type Labels = { readonly [name: string]: string };

/** How many buckets of the control page's histogram make one of these: an octave. */
const BUCKETS_TOGETHER = NODE.bucketsPerOctave;

/**
 * Renders the figures.
 *
 * @param view of the same runtime, for its histograms
 */
export function renderMetrics(stats: RuntimeStats, view: RuntimeView): string {
  const out = new MetricsText();
  const { nodes, links, lanes, pools } = stats;
  out.metric("sluice_elapsed_seconds", "gauge", "Time since the graph was started.", [[{}, stats.elapsedNs / 1e9]]);
  const ofNode = (
    name: string,
    type: "counter" | "gauge",
    help: string,
    read: (node: typeof nodes[number]) => number,
  ) =>
    out.metric(
      name,
      type,
      help,
      nodes.map((node) => [{ node: node.id, type: node.type, lane: node.lane }, read(node)]),
    );
  ofNode("sluice_node_ticks_total", "counter", "Calls of process().", (node) => node.ticks);
  ofNode("sluice_node_busy_seconds_total", "counter", "Time in process().", (node) => node.busyNs / 1e9);
  ofNode("sluice_node_errors_total", "counter", "Failures of a node.", (node) => node.errors);
  ofNode("sluice_node_frames_in_total", "counter", "Frames that a node read.", (node) => node.framesIn);
  ofNode("sluice_node_frames_out_total", "counter", "Frames that a node wrote.", (node) => node.framesOut);
  const histogramsOf = (name: string, help: string, field: number, shift: number) => {
    const page = view.session?.page;
    const indices = new Map(view.nodes.map(({ id, index }) => [id, index]));
    out.histogram(
      name,
      help,
      nodes.flatMap(({ id, type, lane }) => {
        const index = indices.get(id);
        if (page === undefined || index === undefined) return [];
        const at = index64(page.nodeOffset(index) + field);
        return [[{ node: id, type, lane }, page.f64.subarray(at, at + NODE.histogramBuckets), shift] as const];
      }),
    );
  };
  const ticks = "Time of a tick; of short ticks one in 64 is timed and stands for all.";
  histogramsOf("sluice_node_tick_seconds", ticks, NODE.tickHistogram, NODE.tickHistogramShift);
  const ages = "Age of the frames that a node read, at most one a tick.";
  histogramsOf("sluice_node_frame_age_seconds", ages, NODE.ageHistogram, NODE.ageHistogramShift);
  out.metric(
    "sluice_node_state",
    "gauge",
    "1 for the state that a node is in.",
    nodes.map(({ id, type, lane, state }) => [{ node: id, type, lane, state }, 1]),
  );
  const stuckMs = ({ activity }: typeof nodes[number]) => activity.kind === "stuck" ? activity.forMs : 0;
  const stuck = "How long the stuck call has lasted; 0 if no call is stuck.";
  ofNode("sluice_node_stuck_seconds", "gauge", stuck, (node) => stuckMs(node) / 1e3);
  ofNode("sluice_node_restarts_total", "counter", "How often a node was restarted.", (node) => node.restarts);
  out.metric(
    "sluice_node_figure",
    "gauge",
    "Figures that a node has of its own, in the unit that the name says.",
    nodes.flatMap(({ id, type, lane, figures }) =>
      Object.entries(figures ?? {}).map((
        [figure, value],
      ): [Labels, number] => [{ node: id, type, lane, figure }, value])
    ),
  );
  const ofLink = (
    name: string,
    type: "counter" | "gauge",
    help: string,
    read: (link: typeof links[number]) => number,
  ) => out.metric(name, type, help, links.map((link) => [{ link: link.id, from: link.from, to: link.to }, read(link)]));
  ofLink("sluice_link_written_total", "counter", "Frames that were given to a link.", (link) => link.written);
  ofLink("sluice_link_read_total", "counter", "Frames that were read from a link.", (link) => link.read);
  out.metric(
    "sluice_link_dropped_total",
    "counter",
    "Frames that a link dropped, by reason.",
    links.flatMap(({ id, from, to, dropped }) =>
      Object.entries(dropped).map(([reason, count]): [Labels, number] => [{ link: id, from, to, reason }, count])
    ),
  );
  ofLink("sluice_link_queued", "gauge", "Frames in a link now.", (link) => link.queued);
  ofLink("sluice_link_capacity", "gauge", "Frames that fit a link.", (link) => link.capacity);
  ofLink("sluice_link_age_seconds", "gauge", "Age of the newest frame.", (link) => link.ageNs / 1e9);
  const lane = lanes.map(({ name, kind }): Labels => ({ lane: name, kind }));
  out.metric("sluice_lane_rounds_total", "counter", "Rounds of a scheduler.", lanes.map((l, k) => [lane[k], l.rounds]));
  out.metric("sluice_lane_parks_total", "counter", "Times without work.", lanes.map((l, k) => [lane[k], l.parks]));
  const pool = pools.map(({ name }): Labels => ({ pool: name }));
  out.metric("sluice_pool_slots", "gauge", "Slots of a pool.", pools.map((p, k) => [pool[k], p.slots]));
  out.metric("sluice_pool_free", "gauge", "Free slots.", pools.map((p, k) => [pool[k], p.free]));
  const exhausted = "Times that no slot was free.";
  out.metric("sluice_pool_exhausted_total", "counter", exhausted, pools.map((p, k) => [pool[k], p.exhausted]));
  const setAside = "Slots set aside because the lane that holds them hangs.";
  out.metric("sluice_pool_quarantined", "gauge", setAside, pools.map((p, k) => [pool[k], p.quarantined]));
  return out.text;
}

class MetricsText {
  text = "";

  /** @param samples each a log-scale histogram whose first bucket begins at 2^shift nanoseconds */
  histogram(
    name: string,
    help: string,
    samples: readonly (readonly [Labels, counts: Float64Array, shift: number])[],
  ): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`;
    for (const [labels, counts, shift] of samples) {
      const list = listLabels(labels);
      let count = 0;
      let sumNs = 0;
      for (let k = 0; k < counts.length; k++) {
        count += counts[k];
        sumNs += counts[k] * bucketStartNs(k + 0.5, shift);
        // The last bucket also holds everything longer.
        if ((k + 1) % BUCKETS_TOGETHER !== 0 || k + 1 === counts.length) continue;
        this.text += `${name}_bucket{${list},le="${bucketStartNs(k + 1, shift) / 1e9}"} ${count}\n`;
      }
      this.text += `${name}_bucket{${list},le="+Inf"} ${count}\n`;
      this.text += `${name}_sum{${list}} ${sumNs / 1e9}\n${name}_count{${list}} ${count}\n`;
    }
  }

  metric(name: string, type: "counter" | "gauge", help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [labels, value] of samples) {
      const list = listLabels(labels);
      this.text += `${name}${list === "" ? "" : `{${list}}`} ${value}\n`;
    }
  }
}

function listLabels(labels: Labels): string {
  return Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`).join(",");
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
