/**
 * The server's half: it serves the requests of clients with the sessions of a router.
 *
 * @module
 */
import { SluiceError } from "../../mod.ts";
import { binaryFormat, type CallerAccess, type SessionRouter, type TransportData } from "../../pipelines.ts";
import type { Message, Queue } from "./queue.ts";

/** How long a client waits for an output until it has to ask again, by which it shows that it is still there. */
const PATIENCE_MS = 1000;
/** How long an output waits for its client to ask again. */
const KEPT_MS = 60_000;

/** Serves the subject `pipelines`. Who sends requests is in their `token`. */
export function serveQueue(queue: Queue, router: SessionRouter): void {
  const format = binaryFormat();
  /** Outputs that were asked for: of a session, one at a time. */
  const coming = new Map<string, Promise<TransportData | undefined>>();

  const receive = async (access: CallerAccess, sessionId: string): Promise<Message> => {
    // Nobody gets the outputs of another one.
    const key = `${access.caller} ${sessionId}`;
    const output = coming.get(key) ?? access.session(sessionId).recvOutput();
    if (!coming.has(key)) {
      coming.set(key, output);
      const forget = () => coming.get(key) === output && coming.delete(key);
      const forgetLater = () => Deno.unrefTimer(setTimeout(forget, KEPT_MS));
      output.then(forgetLater, forgetLater);
    }
    const patience = Promise.withResolvers<"later">();
    const timer = setTimeout(() => patience.resolve("later"), PATIENCE_MS);
    try {
      const data = await Promise.race([output, patience.promise]);
      if (data === "later") return { type: "later" };
      coming.delete(key);
      return data === undefined ? { type: "end" } : { type: "output", bytes: format.serialize(data) };
    } catch (error) {
      coming.delete(key);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  const answer = async ({ type, token, graph, sessionId, bytes }: Message): Promise<Message> => {
    const access = await router.authenticate({ transport: "queue", ...(typeof token === "string" && { token }) });
    if (type === "open") return { type: "ready", sessionId: (await access.stream(graph as string)).sessionId };
    const id = String(sessionId);
    if (type === "receive") return await receive(access, id);
    const session = access.session(id);
    if (type === "close") await session.close();
    else if (type === "send" && bytes instanceof Uint8Array) await session.sendInput(format.deserialize(bytes));
    else throw new SluiceError("InvalidMessage", `Cannot answer a request: its type is ${JSON.stringify(type)}`);
    return { type: "done" };
  };

  queue.serve("pipelines", async (message) => {
    try {
      return await answer(message);
    } catch (error) {
      // Only errors of Sluice are meant for others.
      const known = error instanceof SluiceError;
      return { type: "failed", code: known ? error.code : "NodeFailed", text: known ? error.message : "it has failed" };
    }
  });
}
