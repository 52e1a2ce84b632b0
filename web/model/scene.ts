/**
 * A laid-out graph as things that can be drawn and hit: a rectangle for each node, a course for each link, and what
 * lies in a part of the world. Made once for each layout; indices are those of the lists of the graph that is shown,
 * in which folded lanes are nodes.
 *
 * @module
 */
import type { GraphSnapshot, PortInfo } from "../../control/schemas/graph.ts";
import { type Course, courseBounds, courseCrosses, distanceToCourse, pointOnCourse } from "./course.ts";
import { type Folding, foldLanes } from "./folding.ts";
import { contains, inflate, type Point, type Rect } from "./geometry.ts";
import { type LabelPlace, labelRect, placeLabels } from "./labels.ts";
import { type Layout, NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";
import { placeTitles, type TitlePlace } from "./names.ts";
import { Router } from "./route.ts";
import { SpatialGrid } from "./spatial_grid.ts";

/** No lane is folded. */
const NONE: ReadonlySet<string> = new Set();

/** No lane has this name. */
const NO_LANE = "\n";

/** With more ports on a side than this, only those that are linked are shown. */
const MAX_PORTS = 6;

/** Half of a label's size: it may lie outside the course's own bounds. */
const LABEL_REACH = 48;

/** How far labels keep clear of a lane's title, world units. */
const TITLE_WIDTH = 220;

/** What may be spent on leading links around nodes that are laid out simply, where most ways are long. */
const SIMPLE_STEPS = 25_000;

/** The sides of a node: inputs are at its left, outputs at its right. */
export type PortSide = "in" | "out";

/** A port where it is drawn. */
export interface PortPlace extends Point {
  readonly name: string;
  readonly side: PortSide;
  readonly linked: boolean;
}

export class Scene {
  readonly graph: GraphSnapshot;
  /** What its nodes and links stand for. */
  readonly folding: Folding;
  readonly layout: Layout;
  /** Where each node stands. */
  readonly nodes: readonly Rect[];
  /** The course of each link: it crosses no box but those at its ends, {@linkcode Scene.unrouted} apart. */
  readonly links: readonly Course[];
  /** Links whose course crosses a box, as the graph is too large to lead them all around. */
  readonly unrouted: number;
  /** Label of each link: over no node, and over no other label. */
  readonly labels: readonly LabelPlace[];
  /** Links for whose labels there is no room. */
  readonly unlabelled: number;
  /** Shown inputs and outputs of each node. */
  readonly ports: readonly (readonly PortPlace[])[];
  /** Pairs of node indices: from, to. */
  readonly pairs: readonly (readonly [number, number])[];
  readonly #nodeGrid: SpatialGrid;
  readonly #linkGrid: SpatialGrid;
  #titles: { readonly scale: number; readonly places: readonly TitlePlace[] } | undefined;

  /**
   * @param layout of this graph
   * @param of the graph, or what of it is folded
   * @param layout of the graph that is shown
   * @param before the scene before it: of the same layout and version, its links have the same courses
   * @throws {RangeError} if the layout is of another number of nodes
   */
  constructor(of: GraphSnapshot | Folding, layout: Layout, before?: Scene) {
    this.folding = "shown" in of ? of : foldLanes(of, NONE);
    const graph = this.folding.shown;
    if (layout.x.length !== graph.nodes.length) {
      throw new RangeError(`Cannot draw ${graph.nodes.length} nodes: the layout is of ${layout.x.length}`);
    }
    this.graph = graph;
    this.layout = layout;
    const boxes = new Map(layout.lanes.map((box) => [box.name, box]));
    // The card of a folded lane is as high as its box, and leaves the room of other nodes beside it for labels.
    this.nodes = graph.nodes.map((_, k) => {
      const box = boxes.get(this.folding.lanes[k] ?? NO_LANE);
      return { x: layout.x[k], y: box?.y ?? layout.y[k], width: NODE_WIDTH, height: box?.height ?? NODE_HEIGHT };
    });
    this.pairs = linkPairs(graph);
    const linkedPorts = new Set(graph.links.flatMap((each) => [
      portKey("out", each.fromNode, each.fromPort),
      portKey("in", each.toNode, each.toPort),
    ]));
    const places = new Map<string, PortPlace>();
    this.ports = graph.nodes.map(({ id, inputs, outputs }, k) => [
      ...placePorts("in", id, inputs, this.nodes[k], linkedPorts, places),
      ...placePorts("out", id, outputs, this.nodes[k], linkedPorts, places),
    ]);
    const isKnown = before?.layout === layout && before.graph.run === graph.run &&
      before.graph.version === graph.version;
    const folds = new Set(this.folding.lanes);
    const titles = layout.lanes.filter(({ name }) => !folds.has(name)).map(({ x, y, width }) => ({
      x,
      y,
      width: Math.min(width, TITLE_WIDTH),
      height: 28,
    }));
    const router = layout.simple ? new Router(this.nodes, titles, SIMPLE_STEPS) : new Router(this.nodes, titles);
    this.links = isKnown ? before.links : graph.links.map((each, k) => {
      const [from, to] = this.pairs[k];
      return router.route(
        places.get(portKey("out", each.fromNode, each.fromPort)) ?? sideOf(this.nodes[from], "out"),
        places.get(portKey("in", each.toNode, each.toPort)) ?? sideOf(this.nodes[to], "in"),
        from,
        to,
      );
    });
    this.unrouted = isKnown ? before.unrouted : router.unrouted;
    this.labels = isKnown ? before.labels : placeLabels(this.links, [...this.nodes, ...titles]);
    this.unlabelled = this.labels.filter(({ form }) => form === "none").length;
    this.#nodeGrid = new SpatialGrid(this.nodes);
    this.#linkGrid = new SpatialGrid(this.links.map((course) => inflate(courseBounds(course), LABEL_REACH)));
  }

  /** Around everything. */
  get bounds(): Rect {
    return this.layout.bounds;
  }

  /** Nodes that touch a part of the world, in ascending order. */
  nodesIn(rect: Rect): number[] {
    return this.#nodeGrid.query(rect);
  }

  /** Links whose courses or labels may touch a part of the world, in ascending order. */
  linksIn(rect: Rect): number[] {
    return this.#linkGrid.query(rect);
  }

  /** Where the titles of lanes stand at a scale, in the order of the layout's lanes. */
  titlesAt(scale: number): readonly TitlePlace[] {
    if (this.#titles?.scale !== scale) this.#titles = { scale, places: placeTitles(this.layout.lanes, scale) };
    return this.#titles.places;
  }

  /** The lane whose title is at a point at a scale; `undefined` without one. Folded lanes have no title. */
  titleAt(point: Point, scale: number): string | undefined {
    const { lanes } = this.layout;
    const at = this.titlesAt(scale).findIndex(({ rect, size, isInside }, k) => {
      // One that stands for itself is about as wide as its letters; in its lane all of the line belongs to it.
      const width = isInside ? rect.width : Math.min(rect.width, size * (3 + 0.6 * lanes[k].name.length));
      return contains({ ...rect, width }, point) && width > 0;
    });
    return at < 0 || this.folding.lanes.includes(lanes[at].name) ? undefined : lanes[at].name;
  }

  /** What a shown node is called. */
  nameOf(node: number): string {
    return this.folding.lanes[node] ?? this.graph.nodes[node].id;
  }

  /** The node at a point, or -1. */
  nodeAt(point: Point): number {
    return this.nodesIn({ ...point, width: 0, height: 0 }).findLast((k) => contains(this.nodes[k], point)) ?? -1;
  }

  /**
   * The link nearest to a point, or -1.
   *
   * @param reach the greatest distance, world units
   */
  linkAt(point: Point, reach: number): number {
    let best = -1;
    let nearest = reach;
    for (const link of this.linksIn(inflate({ ...point, width: 0, height: 0 }, reach))) {
      const distance = distanceToCourse(this.links[link], point);
      if (distance <= nearest) [best, nearest] = [link, distance];
    }
    return best;
  }

  /** The link whose label is at a point, or -1. */
  labelAt(point: Point): number {
    return this.linksIn({ ...point, width: 0, height: 0 }).find((link) => {
      const rect = labelRect(this.labels[link]);
      return rect !== undefined && contains(rect, point);
    }) ?? -1;
  }

  /**
   * The port nearest to a point, of a node that is not a folded lane.
   *
   * @param reach the greatest distance, world units
   * @param side by default either
   */
  portAt(
    point: Point,
    reach: number,
    side?: PortSide,
  ): { readonly node: string; readonly place: PortPlace } | undefined {
    let nearest = reach;
    let found: { readonly node: string; readonly place: PortPlace } | undefined;
    for (const node of this.nodesIn(inflate({ ...point, width: 0, height: 0 }, reach))) {
      if (this.folding.lanes[node] !== undefined) continue;
      for (const place of this.ports[node]) {
        const distance = Math.hypot(place.x - point.x, place.y - point.y);
        if ((side !== undefined && place.side !== side) || distance > nearest) continue;
        [nearest, found] = [distance, { node: this.graph.nodes[node].id, place }];
      }
    }
    return found;
  }

  /** Whether any of a link's course is in a part of the world. */
  isLinkIn(link: number, rect: Rect): boolean {
    return courseCrosses(this.links[link], rect);
  }

  /** The place that stands for a link: its label, or the middle of its course. */
  placeOfLink(link: number): Rect {
    const label = labelRect(this.labels[link]);
    return label ?? { ...pointOnCourse(this.links[link], 0.5), width: 0, height: 0 };
  }

  /** Links into and out of a node, inputs first. */
  linksOf(node: number): number[] {
    const into = this.pairs.flatMap(([, to], k) => to === node ? [k] : []);
    const out = this.pairs.flatMap(([from, to], k) => from === node && to !== node ? [k] : []);
    return [...into, ...out];
  }
}

/** Pairs of node indices, one for each link; a node that is not in the graph counts as the first. */
export function linkPairs({ nodes, links }: GraphSnapshot): (readonly [number, number])[] {
  const indices = new Map(nodes.map(({ id }, k) => [id, k]));
  return links.map(({ fromNode, toNode }) => [indices.get(fromNode) ?? 0, indices.get(toNode) ?? 0]);
}

/** What a layout depends on, as one text: two graphs of the same one can share it. */
export function layoutKey({ nodes, links }: GraphSnapshot): string {
  return JSON.stringify([
    nodes.map(({ id, lane }) => [id, lane]),
    links.map(({ fromNode, toNode }) => [fromNode, toNode]),
  ]);
}

function placePorts(
  side: PortSide,
  node: string,
  ports: readonly PortInfo[],
  rect: Rect,
  linkedPorts: ReadonlySet<string>,
  places: Map<string, PortPlace>,
): PortPlace[] {
  const isLinked = ({ name }: PortInfo) => linkedPorts.has(portKey(side, node, name));
  const shown = ports.length <= MAX_PORTS ? ports : ports.filter(isLinked);
  return shown.map((port, k) => {
    const at = {
      x: side === "in" ? rect.x : rect.x + rect.width,
      y: rect.y + rect.height * (k + 1) / (shown.length + 1),
    };
    const place = { ...at, name: port.name, side, linked: isLinked(port) };
    places.set(portKey(side, node, port.name), place);
    return place;
  });
}

function sideOf({ x, y, width, height }: Rect, side: PortSide): Point {
  return { x: side === "in" ? x : x + width, y: y + height / 2 };
}

/** Ids hold no newline. */
function portKey(side: PortSide, node: string, port: string): string {
  return `${side}\n${node}\n${port}`;
}
