/** @module The condition of what is selected, why it is so, and the way to what is to blame. */
import type { JSX } from "preact";
import { HealthMark } from "../../components/health_mark.tsx";
import type { ConditionWords } from "../../model/condition_words.ts";
import type { GraphFigures } from "../../model/graph_figures.ts";
import type { Health } from "../../model/health.ts";
import { shownText } from "../../model/shown_text.ts";
import { figures, reading } from "../../state/live.ts";
import { leadToLink, leadToNode } from "../../state/place.ts";

interface ConditionProps {
  /** The condition; `undefined` before the first. */
  read(now: GraphFigures): Health | undefined;
  /** Why. */
  explain(now: GraphFigures): ConditionWords;
}

export function Condition({ read, explain }: ConditionProps): JSX.Element | null {
  reading.value;
  const now = figures.value;
  const health = now && read(now);
  if (now === undefined || health === undefined) return null;
  const { text, link, node, word } = explain(now);
  return (
    <div class="condition" data-health={health}>
      <HealthMark health={health} word={word} />
      <p data-words>{shownText(text)}</p>
      {link >= 0 && <button type="button" onClick={() => leadToLink(link)}>Go to the link</button>}
      {node >= 0 && <button type="button" onClick={() => leadToNode(node)}>Go to {now.graph.nodes[node].id}</button>}
    </div>
  );
}
