/**
 * The actions of a person on the graph. A refusal becomes a notice.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import { shownText } from "../model/shown_text.ts";
import { client, hasEnded, restarts } from "./live.ts";

/** How long the end of a graph may take, milliseconds: its nodes drain first. */
const STOP_TIMEOUT_MS = 60_000;

/** How long an edit of the graph may take, milliseconds: ticks under way end first, and a new node sets itself up. */
const EDIT_TIMEOUT_MS = 30_000;

/** How long a notice stays, milliseconds: what was done, and what was refused, which takes longer to read. */
const DONE_MS = 3_000;
const REFUSED_MS = 8_000;

/** What is told now, most often a refusal; `undefined` for nothing. */
export const notice = signal<string | undefined>(undefined);

/** The notice tells what was done. */
export const noticeIsGood = signal(false);

/** What is asked before something is done that cannot be undone from the page. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it, and the one that does not. */
  readonly yes: string;
  readonly no: string;
  act(): void;
}

/** What is asked now; `undefined` for nothing. */
export const question = signal<Question | undefined>(undefined);

/** A command is under way. */
export const busy = signal(false);

let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  if (restarts.value > 0) tell("The runtime was restarted: counts begin at 0");
});

/** Shows a notice for a while. @param isGood true for what was done, false for what was refused */
export function tell(message: string, isGood = false): void {
  notice.value = message;
  noticeIsGood.value = isGood;
  clearTimeout(timer);
  timer = setTimeout(() => notice.value = undefined, isGood ? DONE_MS : REFUSED_MS);
}

/** Hides the notice. */
export function dismissNotice(): void {
  clearTimeout(timer);
  notice.value = undefined;
}

/** Starts a graph that was built. */
export function startGraph(): void {
  void run(() => client.call("graph.start", {}, EDIT_TIMEOUT_MS));
}

/** Holds every node between two ticks. */
export function pauseGraph(): Promise<void> {
  return run(() => client.call("graph.pause", {}));
}

/** Goes on after a pause. */
export function resumeGraph(): Promise<void> {
  return run(() => client.call("graph.resume", {}));
}

/** Asks whether the graph is to end: the page can start it again only where the program goes on to serve it. */
export function askToStop(): void {
  question.value = {
    title: "Stop the graph?",
    text:
      "Its sources end, the rest drains, recordings are completed, and the run is over. Restart begins another, unless " +
      "the program ends with it.",
    yes: "Stop the graph",
    no: "Let it run",
    act: () => void run(() => client.call("graph.stop", {}, STOP_TIMEOUT_MS)),
  };
}

/** Asks whether the graph is to end and begin again; one that has ended begins at once. */
export function askToRestart(): void {
  if (hasEnded.peek()) return restartGraph();
  question.value = {
    title: "Restart the graph?",
    text: "Its sources end, the rest drains, and it begins anew: nodes without their states, and all counts at 0.",
    yes: "Restart the graph",
    no: "Let it run",
    act: restartGraph,
  };
}

function restartGraph(): void {
  void run(() => client.call("graph.restart", {}, STOP_TIMEOUT_MS));
}

/** Restarts a node. A stuck node is freed together with its lane. */
export function restartNode(node: string): void {
  void run(() => client.call("node.restart", { node }, EDIT_TIMEOUT_MS));
}

/** Sets whether a node is bypassed. */
export function bypassNode(node: string, on: boolean): void {
  void run(() => client.call("node.bypass", { node, on, by: "page" }, EDIT_TIMEOUT_MS));
}

/** Asks whether a node is to end for this run. */
export function askToDisable(node: string): void {
  question.value = {
    title: `Disable ${shownText(node)}?`,
    text: "It is torn down, what comes to it is dropped, and the nodes after it end. It stays so for this run.",
    yes: "Disable it",
    no: "Let it run",
    act: () => void run(() => client.call("node.disable", { node }, EDIT_TIMEOUT_MS)),
  };
}

/** Answers what is asked now. */
export function answerQuestion(yes: boolean): void {
  const asked = question.peek();
  question.value = undefined;
  if (yes) asked?.act();
}

async function run(command: () => Promise<unknown>): Promise<void> {
  busy.value = true;
  try {
    await command();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  } finally {
    busy.value = false;
  }
}
