/**
 * The figures of a graph in the text format of Prometheus (version 0.0.4).
 *
 * @module
 */
import type { RuntimeStats } from "../core/stats.ts";

type Labels = { readonly [name: string]: string };

/** Renders the figures. */
export function renderMetrics(stats: RuntimeStats): string {
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
  ofNode("sluice_node_tick_p50_seconds", "gauge", "Median time of a tick.", (node) => node.tick.p50Ns / 1e9);
  ofNode("sluice_node_tick_p99_seconds", "gauge", "99th percentile of a tick.", (node) => node.tick.p99Ns / 1e9);
  out.metric(
    "sluice_node_state",
    "gauge",
    "1 for the state that a node is in.",
    nodes.map(({ id, type, lane, state }) => [{ node: id, type, lane, state }, 1]),
  );
  const stuckMs = ({ activity }: typeof nodes[number]) => activity.kind === "stuck" ? activity.forMs : 0;
  const stuck = "How long a call that is stuck has not returned; 0 if none is.";
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

  metric(name: string, type: "counter" | "gauge", help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [labels, value] of samples) {
      const list = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`).join(",");
      this.text += `${name}${list === "" ? "" : `{${list}}`} ${value}\n`;
    }
  }
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
