import { equal } from "node:assert/strict";
import { decodeStats } from "../schemas/stats_frame.ts";
import { ClientCalls, ControlError, describeProblem } from "./client_calls.ts";

/** What a call or a reading throws. */
async function thrownBy(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

const NOT_UNDERSTOOD = "what it answers is not understood; it may be of another version";

Deno.test("describeProblem() gives the words of a refusal, of a call without an answer and of statistics", async () => {
  const calls = new ClientCalls();
  const refused = new ControlError({ code: -32000, message: "Too many calls" });
  const lost = thrownBy(() => calls.make("ping", {}, 10_000, () => calls.drop("the connection was lost")));
  const wrong = thrownBy(() => decodeStats(new ArrayBuffer(0), { nodes: [], links: [], lanes: [], pools: [] }));
  equal(describeProblem(refused), "Too many calls");
  equal(describeProblem(await lost), 'Cannot wait for "ping": the connection was lost');
  equal(describeProblem(await wrong), "Cannot read statistics: the message is of another kind");
});

Deno.test("describeProblem() leaves out the details of an answer that is not understood, whatever they say", async () => {
  const calls = new ClientCalls();
  const answered = thrownBy(() => calls.make("graph.get", {}, 10_000, () => calls.answer({ id: 1, result: 5 })));
  equal(describeProblem(await answered), NOT_UNDERSTOOD);
  equal(describeProblem(new Error("Cannot read properties of undefined")), NOT_UNDERSTOOD);
});
