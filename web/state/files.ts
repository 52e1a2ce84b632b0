/**
 * The graph as a file of the person's own: downloaded, opened, begun anew.
 *
 * @module
 */
import type { Plan } from "../../control/schemas/commands.ts";
import type { ControlError } from "../../control/client/client_calls.ts";
import { configFields } from "../model/config_fields.ts";
import { planWords } from "../model/edit/plan_words.ts";
import { question, tell } from "./commands.ts";
import { BY, edit, readSteps } from "./edit.ts";
import { client, graph } from "./live.ts";
import { closePanel, panel } from "./panel.ts";

type Document = { readonly version: 1; readonly nodes: Record<string, never> };

/** How long a document may take to be applied, milliseconds. */
const APPLY_TIMEOUT_MS = 60_000;

/** Lists what can be done about files. */
export function openFiles(): void {
  const acts: Readonly<Record<string, readonly [string, () => void]>> = {
    "Save": ["to the file that the graph came from, of which only what differs changes", () => void save()],
    "Save as": ["to another file on the computer that runs the graph", saveAs],
    "Download": ["the graph as it is now, as a graph file", () => void download()],
    "Open a file": ["takes the place of the graph; what would change is shown first", chooseFile],
    "Arrange": ["leaves the places of all nodes to the page", arrange],
    "New graph": ["removes all nodes; undo brings them back", () => void propose(emptyGraph(), "Begin a new graph?")],
  };
  panel.value = {
    kind: "list",
    title: "File",
    items: () => Object.entries(acts).map(([title, [detail]]) => ({ key: title, title, detail })),
    choose(key) {
      closePanel();
      acts[key][1]();
      return undefined;
    },
  };
}

/** Saves the graph to its file; asks for one where it came from none. */
export async function save(path?: string, force = false): Promise<string | undefined> {
  try {
    tell(`Saved to ${(await client.call("graph.save", { path, force })).path}`, true);
    return undefined;
  } catch (error) {
    const { code } = error as ControlError;
    if (path === undefined && code === "InvalidConfig") return saveAs() as undefined;
    if (path === undefined || force || code !== "Busy") {
      tell(wordsOf(error));
      return wordsOf(error);
    }
    question.value = {
      title: `Overwrite ${path}?`,
      text: wordsOf(error),
      yes: "Overwrite it",
      no: "Keep it",
      act: () => void save(path, true),
    };
    return undefined;
  }
}

/** Asks for the file to save to. */
function saveAs(): void {
  const description = "A path of the computer that runs the graph, in a folder that its server allows.";
  panel.value = {
    kind: "form",
    title: "Save as",
    fields: configFields({ properties: { path: { type: "string", minLength: 1, description, default: fileName() } } }),
    action: "Save",
    async submit({ path }) {
      const refused = await save(String(path));
      if (refused === undefined) closePanel();
      return refused;
    },
  };
}

/** Takes the places away that people chose for nodes. */
function arrange(): void {
  const placed = graph.peek()?.nodes.filter(({ position }) => position !== undefined) ?? [];
  if (placed.length > 0) void edit(placed.map(({ id }) => ({ op: "place", node: id })));
}

/** Downloads the graph as a graph file. */
export async function download(): Promise<void> {
  try {
    const text = `${JSON.stringify(await client.call("graph.document", {}), null, 2)}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = fileName();
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  } catch (error) {
    tell(wordsOf(error));
  }
}

/** Asks for a file, and shows what would change. */
export function chooseFile(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,.jsonc,application/json";
  // A browser may forget one that is nowhere while somebody chooses.
  input.hidden = true;
  document.body.append(input);
  input.addEventListener("cancel", () => input.remove());
  input.addEventListener("change", async () => {
    input.remove();
    const file = input.files?.[0];
    if (file === undefined) return;
    try {
      await propose(JSON.parse(await file.text()), `Open ${file.name}?`);
    } catch (error) {
      tell(`Cannot open ${file.name}: ${wordsOf(error)}`);
    }
  });
  input.click();
}

/** Asks whether the graph is to become another one, and tells the changes. */
async function propose(given: Document, title: string): Promise<void> {
  const document = withoutSchema(given);
  let plan: Plan;
  try {
    plan = await client.call("graph.plan", { document });
  } catch (error) {
    return tell(wordsOf(error));
  }
  if (plan.refused !== undefined) return tell(plan.refused.message);
  const words = planWords(plan);
  question.value = {
    title,
    text: words.length === 0 ? "It is the graph that runs: nothing changes." : words.join("\n"),
    yes: "Do it",
    no: "Leave the graph",
    act: () => void apply(document),
  };
}

async function apply(document: Document): Promise<void> {
  try {
    await client.call("graph.apply", { document, by: BY }, APPLY_TIMEOUT_MS);
  } catch (error) {
    tell(wordsOf(error));
  }
  void readSteps();
}

/** A file names its schema for editors; the runtime has no use for it. */
function withoutSchema(document: Document): Document {
  const { $schema: _, ...rest } = document as Document & { readonly $schema?: string };
  return rest;
}

function emptyGraph(): Document {
  return { version: 1, nodes: {} };
}

function fileName(): string {
  const name = (graph.peek()?.title ?? "").split("/").at(-1)!.replace(/[^\w.-]+/g, "_");
  return name.endsWith(".json") ? name : `${name || "graph"}.json`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
