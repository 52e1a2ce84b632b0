/**
 * The panel over the graph: a list to choose from, or a few values to give. Each change that needs more than a key or a
 * button begins here.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Command } from "../../control/schemas/commands.ts";
import type { NodeInfo, NodeTypeInfo } from "../../control/schemas/graph.ts";
import { configFields, type Field, type FieldSchema } from "../model/config_fields.ts";
import type { PickItem } from "../model/edit/pick.ts";
import { suggestedPath } from "../model/edit/suggested_path.ts";
import { type Target, targetsOf } from "../model/edit/targets.ts";
import type { Point } from "../model/geometry.ts";
import { edit, refuse, selectMade, tryEdit, wouldTake } from "./edit.ts";
import { graph } from "./live.ts";
import { nodeTypes, typesByName } from "./node_types.ts";

/** A list to choose from. */
export interface ListPanel {
  readonly kind: "list";
  readonly title: string;
  /** Also read again whenever a signal in it changes. */
  items(): readonly PickItem[];
  /** Entries are node types that can be dragged into the graph. */
  readonly drags?: boolean;
  /** True if a text that no entry has can be chosen, too. */
  readonly free?: boolean;
  /** Takes a choice. @returns why it was refused */
  choose(key: string): Promise<string | undefined> | string | undefined;
}

/** Values to give. */
export interface FormPanel {
  readonly kind: "form";
  readonly title: string;
  readonly fields: readonly Field[];
  /** Words of the button. */
  readonly action: string;
  /** Takes the values. @returns why they were refused */
  submit(values: { readonly [key: string]: unknown }): Promise<string | undefined>;
}

/** The open panel. */
export const panel = signal<ListPanel | FormPanel | undefined>(undefined);

/** Closes the panel. */
export function closePanel(): void {
  panel.value = undefined;
}

/** Lists node types to add. */
export function openPalette(): void {
  panel.value = {
    kind: "list",
    title: "Add a node",
    drags: true,
    items: typeItems,
    choose: (type) => addNode(type),
  };
}

/**
 * Adds a node; asks first for values that its type needs.
 *
 * @param at its upper left corner, world units; by default where the layout has room
 * @param lane by default as its type says
 * @returns why it was refused
 */
export async function addNode(type: string, at?: Point, lane?: string): Promise<string | undefined> {
  const add = async (config?: Values) => {
    const options = { ...(config && { config }), ...(lane && { lane }), ...(at && { position: rounded(at) }) };
    const done = await tryEdit([{ op: "add", type, ...options } as Command]);
    if (typeof done === "string") return done;
    selectMade(done);
    return closePanel() as undefined;
  };
  return needed(type, `Add ${type}`, "Add", add) ?? await add();
}

/** Lists types to take the place of a node. */
export function openReplace(node: string): void {
  const replace = (type: string) => async (config?: Values) => {
    const done = await tryEdit([{ op: "replace", node, type, ...(config && { config }) } as Command]);
    return typeof done === "string" ? done : closePanel() as undefined;
  };
  panel.value = {
    kind: "list",
    title: `Replace ${node}`,
    items: typeItems,
    choose: async (type) =>
      needed(type, `Replace ${node} by ${type}`, "Replace", replace(type)) ?? await replace(type)(),
  };
}

/** Lists inputs that an output of a node can lead to. */
export function openConnect(node: NodeInfo): void {
  const entries = () =>
    node.outputs.flatMap(({ name }) => {
      const from = `${node.id}.${name}`;
      // Nobody who connects a node wants a loop: that is drawn.
      const targets = targetsOf(graph.value!, typesByName.value, from).filter(({ address }) =>
        !address.startsWith(`${node.id}.`)
      );
      return targets.map((target) => ({ from, target }));
    });
  const lateness = ({ why }: Target) => Number(why !== "");
  panel.value = {
    kind: "list",
    title: `Connect ${node.id}`,
    items: () =>
      entries().toSorted((a, b) => lateness(a.target) - lateness(b.target)).map((
        { from, target },
      ) => ({
        key: `${from}\n${target.address}`,
        title: target.address,
        detail: target.why === "" ? `from ${from}` : target.why,
        group: node.outputs.length > 1 ? from : undefined,
        disabled: target.why !== "",
      })),
    async choose(key) {
      const [from, to] = key.split("\n");
      const done = await tryEdit([{ op: "connect", from, to }]);
      return typeof done === "string" ? done : closePanel() as undefined;
    },
  };
}

/** Links an output to an input. A refusal is shown at the input's node, with a converter where one helps. */
export async function connect(from: string, { address: to }: Pick<Target, "address">): Promise<void> {
  const node = to.slice(0, to.indexOf("."));
  const done = await tryEdit([{ op: "connect", from, to }]);
  if (typeof done !== "string") return;
  const converted: Command = { op: "connect", from, to, convert: "auto" };
  const helps = await wouldTake([converted]);
  const offer = { words: "Connect with a converter", act: () => void edit([converted], { node }) };
  refuse({ node, text: done, ...(helps && { offer }) });
}

/** Lists lanes that a node can move to; any other name makes one. */
export function openMove(node: string): void {
  panel.value = {
    kind: "list",
    title: `Move ${node} to a lane`,
    free: true,
    items: () => {
      const names = new Set([...(graph.value?.lanes.map(({ name }) => name) ?? []), "main", "auto"]);
      return [...names].map((name) => ({
        key: name,
        title: name,
        detail: name === "auto" ? "the runtime chooses" : laneDetail(name),
      }));
    },
    async choose(lane) {
      const done = await tryEdit([{ op: "move", node, lane }]);
      return typeof done === "string" ? done : closePanel() as undefined;
    },
  };
}

/** Asks for another name of a node. */
export function openRename(node: string): void {
  const [field] = configFields({
    properties: { name: { type: "string", minLength: 1, maxLength: 64, default: node } },
  });
  panel.value = {
    kind: "form",
    title: `Rename ${node}`,
    fields: [field],
    action: "Rename",
    async submit({ name }) {
      const done = await tryEdit([{ op: "rename", node, to: String(name) }]);
      if (typeof done === "string") return done;
      selectMade(done);
      return closePanel() as undefined;
    },
  };
}

/** Puts a node at a place, world units. */
export async function placeNode(node: string, at: Point): Promise<void> {
  await edit([{ op: "place", node, position: rounded(at) }], { node });
}

type Values = { readonly [key: string]: unknown };

/** Opens a form for the values that a type needs. @returns "" if it needs some */
function needed(
  type: string,
  title: string,
  action: string,
  submit: (values: Values) => Promise<string | undefined>,
): string | undefined {
  const { required = [], ...schema } = (typesByName.peek().get(type)?.config ?? {}) as FieldSchema & {
    readonly required?: readonly string[];
  };
  if (required.length === 0) return undefined;
  const path = suggestedPath(typesByName.peek().get(type)!, new Date());
  const fields = configFields(schema).filter(({ key }) => required.includes(key)).map((field) =>
    field.key === "path" && path !== "" ? { ...field, default: path } : field
  );
  panel.value = { kind: "form", title, fields, action, submit };
  return "";
}

function typeItems(): readonly PickItem[] {
  return nodeTypes.value.toSorted((a, b) => a.category.localeCompare(b.category)).map(typeItem);
}

function typeItem({ type, description, category, tags, doc }: NodeTypeInfo): PickItem {
  return { key: type, title: type, detail: description, group: category, words: `${tags.join(" ")} ${doc}` };
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

function laneDetail(lane: string): string {
  const count = graph.value?.nodes.filter((node) => node.lane === lane).length ?? 0;
  return count === 1 ? "1 node" : `${count} nodes`;
}
