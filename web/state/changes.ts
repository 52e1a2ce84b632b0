/**
 * Changes of what is selected: removed, duplicated, copied and pasted, bypassed.
 *
 * @module
 */
import { effect } from "@preact/signals";
import type { Command } from "../../control/schemas/commands.ts";
import { commandsToAdd, cutOut, type Fragment, parseFragment } from "../model/edit/fragment.ts";
import { tell } from "./commands.ts";
import { edit, onceThere, steps } from "./edit.ts";
import { focusView } from "./focus.ts";
import { client, graph } from "./live.ts";
import { chosenNodes, marked, toggleMark, unmarkAll } from "./marks.ts";
import { select, selectedLink, selectedNode, selection } from "./place.ts";

/** Removes the selected link, or the chosen nodes. */
export async function removeChosen(): Promise<void> {
  const link = graph.peek()?.links[selectedLink.peek()];
  const nodes = chosenNodes();
  if (link !== undefined) {
    // The log names it by the input, which people know.
    if (await edit([{ op: "disconnect", to: `${link.toNode}.${link.toPort}` }], { link: link.id })) leaveSelected();
  } else if (nodes.length > 0) {
    if (await edit(nodes.map((node) => ({ op: "remove", node })), { node: nodes[0] })) leaveSelected();
  }
}

/** The inspector goes with what it shows, and the focus that may be in it to the view. */
function leaveSelected(): void {
  select(undefined);
  focusView();
}

/** Sets whether the selected node is bypassed. */
export function bypassSelected(): void {
  const node = graph.peek()?.nodes[selectedNode.peek()];
  if (node !== undefined) void edit([{ op: "bypass", node: node.id, on: node.bypass !== true }], { node: node.id });
}

/** Adds the chosen nodes once more, with the links between them. */
export async function duplicateChosen(): Promise<void> {
  const part = await chosenPart();
  if (part !== undefined) await addPart(part);
}

/** Adds nodes and links of a text to the graph. */
export async function pasteText(text: string): Promise<void> {
  const part = parseFragment(text);
  if (part === undefined) return tell("The clipboard has no part of a graph: wanted JSON of a graph file");
  await addPart(part);
}

/** Listens for the browser's own commands of the clipboard from now on. */
export function listenForClipboard(): void {
  effect(() => {
    steps.value;
    if (selection.value !== undefined || marked.value.size > 0) readDocument().catch(() => newest = undefined);
  });
  addEventListener("copy", (event) => takeText(event, () => {}));
  addEventListener("cut", (event) => takeText(event, () => void removeChosen()));
  addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (isText(event.target) || text === "") return;
    event.preventDefault();
    void pasteText(text);
  });
}

/** Copies the chosen nodes, as the key does. */
export function copyChosen(): void {
  document.execCommand("copy");
}

/** The newest document of the graph: a clipboard event waits for nobody. */
let newest: Fragment | undefined;

async function readDocument(): Promise<Fragment> {
  return newest = await client.call("graph.document", {}) as unknown as Fragment;
}

function takeText(event: ClipboardEvent, then: () => void): void {
  const ids = chosenNodes();
  if (isText(event.target) || getSelection()?.isCollapsed === false || ids.length === 0 || newest === undefined) return;
  event.preventDefault();
  event.clipboardData?.setData("text/plain", JSON.stringify(cutOut(newest, new Set(ids)), null, 2));
  tell(ids.length === 1 ? `${ids[0]} is copied as text of a graph file` : `${ids.length} nodes are copied`, true);
  then();
}

async function chosenPart(): Promise<Fragment | undefined> {
  const ids = chosenNodes();
  return ids.length === 0 ? undefined : cutOut(await readDocument(), new Set(ids));
}

async function addPart(part: Fragment): Promise<void> {
  const commands: Command[] = commandsToAdd(part, graph.peek()?.nodes.map(({ id }) => id) ?? []);
  if (commands.length === 0) return;
  const done = await edit(commands);
  const made = done?.results.flatMap(({ node }) => node ?? []) ?? [];
  if (made.length === 0) return;
  onceThere(made, () => {
    unmarkAll();
    select({ kind: "node", id: made[0] });
    if (made.length > 1) made.forEach(toggleMark);
  });
}

function isText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}
