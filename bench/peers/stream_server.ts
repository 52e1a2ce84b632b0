/**
 * Serves a gain over WebSocket, and a bare echo beside it, in a process of their own. Its first line has the addresses;
 * for each line that it reads it prints how many bytes of memory it takes.
 *
 * @module
 */
import { nodePackage, NodeRegistry } from "../../mod.ts";
import { PipelineRunner, SessionRouter } from "../../pipelines.ts";
import { serveHttp } from "../../transports/http/mod.ts";
import { GAIN } from "./gain_graph.ts";

const MOST = 4_096;

const transport = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
const router = new SessionRouter({ transport, graphs: { gain: GAIN }, limits: { sessions: MOST } });
const server = serveHttp(router, { port: 0, limits: { connections: MOST } });
const echo = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
console.log(JSON.stringify({ gain: `${server.url}/v1/stream`, echo: `http://127.0.0.1:${echo.addr.port}/` }));
for await (const _ of Deno.stdin.readable) console.log(Deno.memoryUsage().rss);
Deno.exit();
