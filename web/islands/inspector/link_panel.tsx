/** @module A link: how it is doing and why, its figures, history, policy and formats, and news of it. */
import type { JSX } from "preact";
import { FigureList } from "../../components/figure_list.tsx";
import { Section } from "../../components/section.tsx";
import { linkWords } from "../../model/condition_words.ts";
import { lossWords } from "../../model/card_text.ts";
import { dropReasons } from "../../model/drops.ts";
import { formatCount, formatNs, formatRate } from "../../model/format_figures.ts";
import { policyMeaning } from "../../model/policies.ts";
import { acknowledgeDrops, figures, graph, reading } from "../../state/live.ts";
import { leadToNode } from "../../state/place.ts";
import { Condition } from "./condition.tsx";
import { HistoryPlots } from "./history_plots.tsx";
import { MoreFigures } from "./more_figures.tsx";
import { LinkEdits } from "./node_edits.tsx";
import { Look } from "./look/look.tsx";
import { PortLinks } from "./look/port_links.tsx";
import { LINK_PLOTS } from "./plots.ts";
import { RecentNews } from "./recent_news.tsx";

interface PanelProps {
  /** Index in the graph. */
  readonly index: number;
}

export function LinkPanel({ index }: PanelProps): JSX.Element | null {
  const link = graph.value?.links[index];
  if (link === undefined) return null;
  const nodeIndex = (id: string) => graph.value!.nodes.findIndex((node) => node.id === id);
  return (
    <>
      <p class="ends">
        <button type="button" class="clip" onClick={() => leadToNode(nodeIndex(link.fromNode))}>
          {link.fromNode}
        </button>
        <span class="soft">{link.fromPort} → {link.toPort}</span>
        <button type="button" class="clip" onClick={() => leadToNode(nodeIndex(link.toNode))}>{link.toNode}</button>
      </p>
      <Condition read={(now) => now.linkHealth[index]} explain={(now) => linkWords(now, index)} />
      <LinkEdits link={link} />
      <Section title="Now on it">
        <PortLinks link={link} />
        <Look link={link.id} kind={link.kind} />
      </Section>
      <Section title="Figures">
        <LinkFigureList index={index} />
      </Section>
      <Section title="History">
        <HistoryPlots selection={{ kind: "link", id: link.id }} plots={LINK_PLOTS} capacity={link.capacity} />
      </Section>
      <Section title="Format and policy">
        <FigureList
          items={[
            { key: "kind", name: "Frames", value: link.kind },
            { key: "format", name: "Format", value: link.format ?? "not known yet" },
            { key: "type", name: "Type", value: <code>{link.type}</code> },
            { key: "capacity", name: "Capacity", value: `${link.capacity} frames` },
            { key: "policy", name: "Policy", value: link.policy },
          ]}
        />
        <p class="soft">{policyMeaning(link.policy)}</p>
      </Section>
      <Section title="Events">
        <RecentNews linkId={link.id} />
      </Section>
    </>
  );
}

function LinkFigureList({ index }: PanelProps): JSX.Element | null {
  reading.value;
  const now = figures.value?.link(index);
  const columns = figures.value?.frame?.links;
  if (now === undefined || columns === undefined) return null;
  const reasons = dropReasons(columns, index);
  const lost = lossWords(now, reasons);
  const isDropping = now.health === "dropping";
  return (
    <>
      <MoreFigures
        main={[
          { key: "rate", name: "Read/s", value: formatRate(now.readPerSecond) },
          { key: "depth", name: "Queued", value: `${now.queued} of ${now.capacity}` },
          {
            key: "age",
            name: "Age",
            value: now.written === 0 ? "–" : formatNs(now.ageNs),
            title: "Of the newest frame",
          },
          {
            key: "dropped",
            name: "Dropped",
            title: reasons.length === 1 ? `${reasons[0].reason}: ${reasons[0].meaning}` : "For any reason",
            value: formatCount(now.dropped),
            bad: isDropping,
          },
        ]}
        more={[
          ...(lost === "" ? [] : [{ key: "last-drop", name: "Last drop", value: lost }]),
          { key: "written", name: "Written", value: formatCount(now.written), title: "Also those that were dropped" },
          { key: "read", name: "Read", value: formatCount(now.read) },
          { key: "written-rate", name: "Written/s", value: formatRate(now.writtenPerSecond) },
          { key: "dropped-rate", name: "Dropped/s", value: formatRate(now.droppedPerSecond) },
          { key: "high-water", name: "Most queued", value: formatCount(columns.highWater[index]) },
          ...reasons.map(({ reason, meaning, count, isLoss }) => ({
            key: `dropped-${reason}`,
            name: `Dropped: ${reason}`,
            value: formatCount(count),
            title: meaning,
            bad: isDropping && isLoss,
          })),
        ]}
      />
      {now.unseenDrops > 0 && (
        <button type="button" class="acknowledge" onClick={() => acknowledgeDrops(index)}>
          Acknowledge {formatCount(now.unseenDrops)} {now.unseenDrops === 1 ? "drop" : "drops"}
        </button>
      )}
    </>
  );
}
