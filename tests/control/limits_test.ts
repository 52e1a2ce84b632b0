/** Limits of the server that a client alone cannot be kept to: places of connections, what is under way. */
import { equal, ok } from "node:assert/strict";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { upgradeRequest } from "./raw_client.ts";
import { openSocket, serveLive } from "./served.ts";

/** Upgrades that are broken off. */
const ABORTED = 50;

Deno.test("an upgrade that its client breaks off keeps no place for ever", async () => {
  await using served = await serveLive("off", { limits: { openMs: 200 } });
  const { hostname, port, host } = new URL(served.server.url);
  for (let k = 0; k < ABORTED; k++) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    await new Promise((resolve) => socket.write(upgradeRequest(host), resolve));
    socket.resetAndDestroy();
  }
  for (let k = 0; k < 200 && served.server.connections > 0; k++) await sleep(50);
  equal(served.server.connections, 0);
  const socket = await openSocket(served.server);
  equal(served.server.connections, 1);
  await sleep(400);
  ok(socket.readyState === WebSocket.OPEN, "one that has opened stays");
  equal(served.server.connections, 1);
  socket.close();
  await served.stopAndCheck();
});
