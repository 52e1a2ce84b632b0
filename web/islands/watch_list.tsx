/** @module The graph as a list, the gravest first: what a phone shows. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { HealthShape } from "../components/health_mark.tsx";
import { cardText, isCalm, labelText } from "../model/card_text.ts";
import { linkWords, nodeWords } from "../model/condition_words.ts";
import type { GraphFigures } from "../model/graph_figures.ts";
import type { Health } from "../model/health.ts";
import type { Selection } from "../model/place.ts";
import { shownText } from "../model/shown_text.ts";
import { type Watched, watchList } from "../model/watch_list.ts";
import { calmReading, calmValues } from "../state/calm.ts";
import { conditions, figures } from "../state/live.ts";
import { select, selection } from "../state/place.ts";

/** Entries that are shown before somebody asks for all. */
const SHOWN = 120;

const all = signal(false);

const list = computed<readonly Watched[]>(() => {
  // Places change with conditions and drops, so no faster than texts.
  calmReading.value;
  conditions.value;
  return figures.value?.frame === undefined ? [] : watchList(figures.value);
});

export function WatchList(): JSX.Element {
  const entries = all.value ? list.value : list.value.slice(0, SHOWN);
  const left = list.value.length - entries.length;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Nodes, and links with faults, the gravest first">
      <ul class="watch">
        {entries.map(({ kind, index }) => {
          const { id } = figures.value!.graph[kind === "node" ? "nodes" : "links"][index];
          const Item = kind === "node" ? NodeItem : LinkItem;
          return <Item key={`${kind} ${id}`} index={index} now={figures.value!} />;
        })}
      </ul>
      {left > 0 && (
        <button
          type="button"
          class="watch-all"
          onClick={() => all.value = true}
        >
          Show {left} more
        </button>
      )}
      {entries.length === 0 && <p class="empty soft">Nothing to show</p>}
    </div>
  );
}

interface ItemProps {
  readonly index: number;
  readonly now: GraphFigures;
}

function NodeItem({ index, now }: ItemProps): JSX.Element {
  const node = now.graph.nodes[index];
  const figuresOfNode = now.node(index);
  const health = now.nodeHealth[index];
  const { condition } = cardText(figuresOfNode);
  return (
    <Item
      target={{ kind: "node", id: node.id }}
      health={health}
      name={node.id}
      about={`${node.type} · ${node.lane}`}
      value={condition === "" ? calmValues.of(node, figuresOfNode).text : condition}
      words={isCalm(health) ? "" : nodeWords(now, index).text}
    />
  );
}

function LinkItem({ index, now }: ItemProps): JSX.Element {
  const link = now.graph.links[index];
  const health = now.linkHealth[index];
  const { fault, faultAgo } = labelText(now.link(index), now.frame, index);
  return (
    <Item
      target={{ kind: "link", id: link.id }}
      health={isCalm(health) ? "dropping" : health}
      name={`${link.fromNode} → ${link.toNode}`}
      about={faultAgo}
      value={fault}
      words={isCalm(health) ? "" : linkWords(now, index).text}
    />
  );
}

interface EntryProps {
  readonly target: Selection;
  readonly health: Health;
  readonly name: string;
  readonly about: string;
  readonly value: string;
  /** What is wrong; `""` while all is well. */
  readonly words: string;
}

function Item({ target, health, name, about, value, words }: EntryProps): JSX.Element {
  const { kind, id } = target;
  const isSelected = selection.value?.kind === kind && selection.value.id === id;
  return (
    <li data-node={kind === "node" ? id : undefined} data-link={kind === "link" ? id : undefined} data-health={health}>
      <button
        type="button"
        aria-pressed={isSelected}
        onClick={() =>
          select(target)}
      >
        <HealthShape health={health} />
        <span class="watch-name">
          <bdi class="clip">{name}</bdi>
          <bdi class="soft clip">{about}</bdi>
        </span>
        <span class="watch-value" style={words === "" ? {} : { color: `var(--health-${health})` }} data-figure="value">
          {value}
        </span>
        {words !== "" && <span class="watch-words">{shownText(words)}</span>}
      </button>
    </li>
  );
}
