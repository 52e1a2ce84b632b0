/** @module The way of the frames that a sink reads: where their milliseconds go, node by node. */
import type { JSX } from "preact";
import { BUCKET_SHIFTS, bucketNs } from "../../../control/schemas/stats_layout.ts";
import { formatMeasured, formatNs } from "../../model/format_figures.ts";
import { latencyWay } from "../../model/latency_way.ts";
import { figures, graph, reading } from "../../state/live.ts";

export function LatencyList({ index }: { readonly index: number }): JSX.Element | null {
  reading.value;
  const now = figures.value;
  const columns = now?.frame?.nodes;
  if (now === undefined || columns === undefined) return null;
  const { nodes, links } = graph.value!;
  const indices = new Map(nodes.map(({ id }, k) => [id, k]));
  const ends = links.map(({ fromNode, toNode }) => ({ from: indices.get(fromNode)!, to: indices.get(toNode)! }));
  const way = latencyWay(index, ends, {
    ageNs: (node) => bucketNs(columns.ageP50[node], BUCKET_SHIFTS.ageP50),
    tickNs: (node) => now.node(node)?.tickP50Ns ?? 0,
  });
  return (
    <table class="look-table" data-latency>
      <caption class="soft">Medians of the last 10 seconds, along the oldest frames</caption>
      <thead>
        <tr>
          {["Node", "Waits", "Tick", "Age"].map((name) => <th key={name} scope="col">{name}</th>)}
        </tr>
      </thead>
      <tbody>
        {way.map(({ node, waitNs, tickNs, ageNs }) => (
          <tr key={nodes[node].id}>
            <td title={nodes[node].id}>{nodes[node].id}</td>
            <td>{formatNs(waitNs)}</td>
            <td>{formatMeasured(tickNs)}</td>
            <td>{formatNs(ageNs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
