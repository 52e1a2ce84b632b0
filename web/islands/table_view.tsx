/** @module Every node and link with its figures, as a table: for screen readers, phones, and large graphs. */
import { computed, signal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { HealthMark } from "../components/health_mark.tsx";
import { linkName } from "../model/describe.ts";
import { labelText } from "../model/card_text.ts";
import { formatCount, formatMeasured, formatNs, formatRate, formatShare, UNKNOWN } from "../model/format_figures.ts";
import { orderRows, ROW_ORDERS, type RowOrder } from "../model/row_order.ts";
import { searchNodes } from "../model/search.ts";
import { details } from "../state/details.ts";
import { figures, graph, reading } from "../state/live.ts";
import { arrivals, isNarrow, selectedLink, selectedNode, selection, selectLink, selectNode } from "../state/place.ts";
import { WatchList } from "./watch_list.tsx";

/** Height of a row, CSS pixels: the same as in `table.css`. */
const ROW = 32;
/** Rows that are there beyond the visible ones. */
const SPARE = 6;

const ORDER_NAMES: Readonly<Record<RowOrder, string>> = {
  graph: "as in the graph",
  gravest: "gravest first",
  busiest: "busiest first",
};

const listed = signal<"nodes" | "links">("nodes");
const order = signal<RowOrder>("graph");
const query = signal("");
const top = signal(0);
const height = signal(600);

/** The arrival at an address whose row was looked for. */
let arrival = 0;

const rows = computed<readonly number[]>(() => {
  const now = figures.value;
  if (now === undefined) return [];
  // In the order of the graph a reading changes no row's place.
  if (order.value !== "graph") reading.value;
  const { nodes, links } = now.graph;
  if (listed.value === "nodes") {
    const found = query.value === "" ? nodes.map((_, k) => k) : searchNodes(nodes, query.value, nodes.length);
    return orderRows(found, order.value, {
      health: (k) => now.nodeHealth[k],
      activity: (k) => now.node(k)?.busyShare ?? 0,
    });
  }
  const text = query.value.toLowerCase();
  const found = links.flatMap((link, k) => linkName(link).toLowerCase().includes(text) ? [k] : []);
  return orderRows(found, order.value, {
    health: (k) => now.linkHealth[k],
    activity: (k) => now.link(k)?.writtenPerSecond ?? 0,
  });
});

/** A phone has a list instead while nobody asks for all figures. */
export function TableView(): JSX.Element {
  return isNarrow.value && !details.value
    ? (
      <section class="table-view" aria-label="Table">
        <WatchList />
      </section>
    )
    : <FullTable />;
}

function FullTable(): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = scroller.current!;
    element.scrollTop = top.peek();
    const observer = new ResizeObserver(() => height.value = element.clientHeight);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Another effect than the one above, so after it: the scroller has its height.
  useSignalEffect(() => {
    if (figures.value === undefined || arrival === arrivals.value) return;
    arrival = arrivals.value;
    const place = findSelected();
    if (place < 0) return;
    top.value = Math.max(0, place * ROW - height.peek() / 2);
    // The rows are there after the next rendering.
    requestAnimationFrame(() => scroller.current?.scrollTo({ top: top.peek() }));
  });
  return (
    <section class="table-view" aria-label="Table">
      <div class="table-tools">
        <div role="group" aria-label="What is listed" class="switch">
          {(["nodes", "links"] as const).map((each) => (
            <button
              key={each}
              type="button"
              class="plain"
              aria-pressed={listed.value === each}
              onClick={() => listed.value = each}
            >
              {each === "nodes" ? "Nodes" : "Links"}
              <span class="soft">{graph.value?.[each].length ?? 0}</span>
            </button>
          ))}
        </div>
        <input
          type="search"
          class="search-input"
          aria-label={`Find ${listed.value}`}
          placeholder="Find"
          data-search
          value={query.value}
          onInput={({ currentTarget }) => query.value = currentTarget.value}
        />
        <label class="order">
          <span class="soft">Order</span>
          <select
            value={order.value}
            onChange={({ currentTarget }) => order.value = currentTarget.value as RowOrder}
          >
            {ROW_ORDERS.map((each) => <option key={each} value={each}>{ORDER_NAMES[each]}</option>)}
          </select>
        </label>
      </div>
      <div
        ref={scroller}
        class="table-scroll"
        tabIndex={0}
        role="region"
        aria-label={listed.value === "nodes" ? "Nodes" : "Links"}
        onScroll={({ currentTarget }) => top.value = currentTarget.scrollTop}
      >
        {listed.value === "nodes" ? <NodeTable /> : <LinkTable />}
        {rows.value.length === 0 && <p class="empty soft">Nothing to show</p>}
      </div>
    </section>
  );
}

/** Lists what is selected. @returns its place among the rows; negative if it is not there */
function findSelected(): number {
  const wanted = selection.peek();
  if (wanted === undefined) return -1;
  listed.value = wanted.kind === "node" ? "nodes" : "links";
  return rows.peek().indexOf(wanted.kind === "node" ? selectedNode.peek() : selectedLink.peek());
}

function NodeTable(): JSX.Element {
  return (
    <table aria-rowcount={rows.value.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">Node</th>
          <th scope="col">Condition</th>
          <th scope="col" class="wide">Type</th>
          <th scope="col" class="wide">Lane</th>
          <th scope="col" class="number">Ticks</th>
          <th scope="col" class="number wide">Ticks/s</th>
          <th scope="col" class="number wide">p50</th>
          <th scope="col" class="number">p99</th>
          <th scope="col" class="number wide">Busy</th>
          <th scope="col" class="number">Errors</th>
        </tr>
      </thead>
      <Window row={(index, at) => <NodeRow key={index} index={index} at={at} />} columns={10} />
    </table>
  );
}

function NodeRow({ index, at }: { readonly index: number; readonly at: number }): JSX.Element | null {
  reading.value;
  const node = graph.value?.nodes[index];
  const now = figures.value?.node(index);
  if (node === undefined) return null;
  return (
    <tr
      aria-rowindex={at + 2}
      aria-selected={selectedNode.value === index}
      data-node={node.id}
      onClick={() => selectNode(index)}
    >
      <th scope="row">
        <button type="button" class="row-button clip" onClick={() => selectNode(index)} title={node.id}>
          <bdi>{node.id}</bdi>
        </button>
      </th>
      <td data-figure="condition">{now && <HealthMark health={now.health} />}</td>
      <td class="wide clip soft">
        <bdi>{node.type}</bdi>
      </td>
      <td class="wide clip soft">
        <bdi>{node.lane}</bdi>
      </td>
      <td class="number" data-figure="ticks">{now && formatCount(now.ticks)}</td>
      <td class="number wide" data-figure="rate">{now && formatRate(now.ticksPerSecond)}</td>
      <td class="number wide" data-figure="p50">{now && formatMeasured(now.tickP50Ns)}</td>
      <td class="number" data-figure="p99">{now && formatMeasured(now.tickP99Ns)}</td>
      <td class="number wide" data-figure="busy">{now && formatShare(now.busyShare)}</td>
      <td class={`number ${now !== undefined && now.errors > 0 ? "bad" : "soft"}`} data-figure="errors">
        {now && formatCount(now.errors)}
      </td>
    </tr>
  );
}

function LinkTable(): JSX.Element {
  return (
    <table aria-rowcount={rows.value.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">Link</th>
          <th scope="col">Condition</th>
          <th scope="col" class="wide">Policy</th>
          <th scope="col" class="number wide">Written</th>
          <th scope="col" class="number wide">Read</th>
          <th scope="col" class="number">Rate</th>
          <th scope="col" class="number">Queued</th>
          <th scope="col" class="number wide">Age</th>
          <th scope="col" class="number">Dropped</th>
        </tr>
      </thead>
      <Window row={(index, at) => <LinkRow key={index} index={index} at={at} />} columns={9} />
    </table>
  );
}

function LinkRow({ index, at }: { readonly index: number; readonly at: number }): JSX.Element | null {
  reading.value;
  const link = graph.value?.links[index];
  const now = figures.value?.link(index);
  const frame = figures.value?.frame;
  if (link === undefined) return null;
  return (
    <tr
      aria-rowindex={at + 2}
      aria-selected={selectedLink.value === index}
      data-link={link.id}
      onClick={() => selectLink(index)}
    >
      <th scope="row">
        <button type="button" class="row-button clip" onClick={() => selectLink(index)} title={linkName(link)}>
          <bdi>{link.fromNode}</bdi>
          <span class="wide">.{link.fromPort}</span> → <bdi>{link.toNode}</bdi>
          <span class="wide">.{link.toPort}</span>
        </button>
      </th>
      <td>{now && <HealthMark health={now.health} />}</td>
      <td class="wide soft">{link.policy}</td>
      <td class="number wide" data-figure="written">{now && formatCount(now.written)}</td>
      <td class="number wide" data-figure="read">{now && formatCount(now.read)}</td>
      <td class="number" data-figure="rate">{now && formatRate(now.readPerSecond)}</td>
      <td class="number" data-figure="queued">{now && `${now.queued}/${link.capacity}`}</td>
      <td class="number wide">{now && (now.written === 0 ? UNKNOWN : formatNs(now.ageNs))}</td>
      <td
        class={`number ${now?.health === "dropping" ? "bad" : "soft"}`}
        data-figure="dropped"
        title={labelText(now, frame, index).allDrops}
      >
        {now && formatCount(now.dropped)}
      </td>
    </tr>
  );
}

/** The rows in view, between two that keep the room of the others. */
function Window(
  { row, columns }: { readonly row: (index: number, at: number) => JSX.Element; readonly columns: number },
): JSX.Element {
  const all = rows.value;
  const first = Math.max(0, Math.floor(top.value / ROW) - SPARE);
  const end = Math.min(all.length, Math.ceil((top.value + height.value) / ROW) + SPARE);
  const room = (count: number) =>
    count > 0 && (
      <tr aria-hidden="true">
        <td colSpan={columns} style={{ height: `${count * ROW}px`, padding: 0 }} />
      </tr>
    );
  return (
    <tbody>
      {room(first)}
      {all.slice(first, end).map((index, k) => row(index, first + k))}
      {room(all.length - end)}
    </tbody>
  );
}
