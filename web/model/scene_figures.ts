/**
 * Conditions and texts of what a scene shows: of nodes and links themselves, and for folded lanes and links that are
 * drawn as one, of all that they stand for. The gravest condition wins; rates and drops are sums.
 *
 * @module
 */
import type { CalmValues } from "./calm_values.ts";
import { type CardText, cardText, faultText, isCalm, type LabelText, labelText } from "./card_text.ts";
import type { Folding } from "./folding.ts";
import { formatCount, formatNs, formatRate, formatShare, formatShort } from "./format_figures.ts";
import type { GraphFigures } from "./graph_figures.ts";
import { graver, type Health, HEALTH_LEVELS, HEALTH_MARKS } from "./health.ts";

/** What the card of a folded lane says. */
export interface LaneText {
  /** `12 nodes`. */
  readonly nodes: string;
  /** `2 stuck`, the gravest condition and how many have it; `""` while all is well. */
  readonly condition: string;
  /** `busy 34 %`: how much of one core its nodes take together. */
  readonly busy: string;
  /** `183 dropped` on links inside it, as long as nobody has acknowledged them; `""` for none. */
  readonly drops: string;
}

/** The figures of one scene of one version of a graph. They follow the figures that they are made of. */
export class SceneFigures {
  readonly figures: GraphFigures;
  readonly #folding: Folding;
  readonly #isWhole: boolean;
  readonly #values: CalmValues | undefined;
  #changes = -1;
  #nodeHealth: Health[] = [];
  #linkHealth: Health[] = [];

  /**
   * @param figures of the graph that is folded
   * @param values of its nodes, as they are shown; without them nodes have none
   */
  constructor(folding: Folding, figures: GraphFigures, values?: CalmValues) {
    this.#values = values;
    this.#folding = folding;
    this.#isWhole = folding.shown === folding.whole;
    this.figures = figures;
  }

  /** Condition of each shown node. */
  get nodeHealth(): readonly Health[] {
    this.#judge();
    return this.#nodeHealth;
  }

  /** Condition of each shown link. */
  get linkHealth(): readonly Health[] {
    this.#judge();
    return this.#linkHealth;
  }

  /** What the card of a shown node says that is no folded lane. */
  card(node: number): CardText {
    return cardText(this.figures.node(this.#folding.nodes[node][0]));
  }

  /** The one value of a shown node that is no folded lane: `-7.2 dB`. */
  value(node: number): string {
    const whole = this.#folding.nodes[node][0];
    return this.#values?.of(this.#folding.whole.nodes[whole], this.figures.node(whole)).text ?? "";
  }

  /** What the card of a folded lane says. */
  lane(node: number): LaneText {
    const { nodes, inner } = this.#folding;
    const health = this.nodeHealth[node];
    const those = nodes[node];
    const ill = those.filter((k) => this.figures.nodeHealth[k] === health).length;
    const busy = sum(those, (k) => this.figures.node(k)?.busyShare ?? NaN);
    const drops = sum(inner[node], (k) => this.figures.link(k)?.unseenDrops ?? 0);
    const word = HEALTH_MARKS[health].word;
    return {
      nodes: `${formatCount(those.length)} ${those.length === 1 ? "node" : "nodes"}`,
      condition: isCalm(health) ? "" : ill === 0 ? `links ${word}` : `${formatCount(ill)} ${word}`,
      busy: Number.isNaN(busy) ? "" : `busy ${formatShare(busy)}`,
      drops: drops === 0 ? "" : `${formatShort(drops)} dropped`,
    };
  }

  /** What the label of a shown link says; `undefined` before the first reading. */
  label(link: number): LabelText | undefined {
    const { frame } = this.figures;
    if (frame === undefined) return undefined;
    const those = this.#folding.links[link];
    if (those.length === 1) return labelText(this.figures.link(those[0]), frame, those[0]);
    const all = those.map((k) => this.figures.link(k)!);
    const unseen = sum(all, ({ unseenDrops }) => unseenDrops);
    const dropped = this.dropped(link);
    const rate = formatRate(sum(all, ({ readPerSecond }) => readPerSecond));
    const depth = `${formatCount(those.length)} links`;
    return {
      rate,
      depth,
      fill: Math.min(1, all.reduce((most, { queued, capacity }) => Math.max(most, queued / capacity), 0)),
      age: all.every(({ written }) => written === 0)
        ? "no frame yet"
        : formatNs(all.reduce((most, { ageNs }) => Math.max(most, ageNs), 0)),
      drops: unseen === 0 ? "" : `${formatShort(unseen)} dropped`,
      allDrops: dropped === 0 ? "" : formatShort(dropped),
      short: `${rate} ${depth}${unseen === 0 ? "" : ` ▾${formatShort(unseen)}`}`,
      ...faultText({
        ...all.reduce((worst, each) => each.queued * worst.capacity > worst.queued * each.capacity ? each : worst),
        health: this.linkHealth[link],
        isFull: all.some(({ isFull }) => isFull),
        unseenLost: sum(all, ({ unseenLost }) => unseenLost),
        lossAgoMs: all.reduce((least, { lossAgoMs }) => Math.min(least, lossAgoMs), Infinity),
        ageNs: all.reduce((most, { ageNs }) => Math.max(most, ageNs), 0),
      }),
    };
  }

  /** What the links that a shown link stands for have dropped. */
  dropped(link: number): number {
    return sum(this.#folding.links[link], (k) => this.figures.link(k)?.dropped ?? 0);
  }

  /** The link of the whole graph that is in the gravest condition of those that a shown one stands for. */
  gravestOf(link: number): number {
    const rank = (k: number) => HEALTH_LEVELS.indexOf(this.figures.linkHealth[k]);
    return this.#folding.links[link].reduce((best, k) => rank(k) < rank(best) ? k : best);
  }

  #judge(): void {
    if (this.#changes === this.figures.changes) return;
    this.#changes = this.figures.changes;
    const { nodeHealth, linkHealth } = this.figures;
    if (this.#isWhole) {
      [this.#nodeHealth, this.#linkHealth] = [nodeHealth, linkHealth];
      return;
    }
    const { nodes, links, inner } = this.#folding;
    const worst = (those: readonly number[], list: readonly Health[], least: Health = "ended") =>
      those.reduce<Health>((health, k) => graver(health, list[k]), least);
    this.#nodeHealth = nodes.map((those, k) => worst(inner[k], linkHealth, worst(those, nodeHealth)));
    this.#linkHealth = links.map((those) => worst(those, linkHealth));
  }
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
