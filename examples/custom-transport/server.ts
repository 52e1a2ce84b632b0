/**
 * The thread that runs graphs for whoever asks over the queue: see `main.ts`.
 *
 * @module
 */
import { nodePackage, NodeRegistry } from "../../mod.ts";
import { PipelineRunner, SessionRouter } from "../../pipelines.ts";
import { Queue } from "./queue.ts";
import { serveQueue } from "./queue_server.ts";

const router = new SessionRouter({
  transport: new PipelineRunner({ registry: new NodeRegistry([nodePackage]) }),
  graphs: {
    quieter: {
      version: 1,
      nodes: { gain: { type: "gain", config: { gainDb: -20 } } },
      inputs: { voice: "gain.audioIn" },
      outputs: { voice: "gain.audioOut" },
    },
  },
  authenticate: ({ token }) => token === "let me in" ? "a friend" : undefined,
  limits: { sessions: 8, idleMs: 10_000 },
});
serveQueue(new Queue("sluice"), router);
self.postMessage("ready");
