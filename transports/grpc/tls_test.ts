/** TLS and certificates of clients. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Credentials } from "../../core/pipeline/router_options.ts";
import { pem } from "../fixtures/pem.ts";
import { textItem, textOf } from "../fixtures/text_items.ts";
import { served } from "./fixtures/served.ts";
import { GrpcTransport } from "./grpc_transport.ts";
import { serveGrpc } from "./server.ts";

const tls = { cert: pem("server.pem"), key: pem("server.key") };

Deno.test("a server with TLS is called by https, and a client that does not trust it does not call", async () => {
  await using at = await served({ tls }, {}, { tls: { ca: pem("ca.pem") } });
  match(at.server.url, /^https:/);
  equal(textOf((await at.client.execute("echo", [textItem("a")]))[0]), "a");
  await using doubting = new GrpcTransport(at.server.url);
  await rejects(doubting.execute("echo", []), { code: "Busy", message: /certificate/i });
});

Deno.test("mutual TLS lets in who shows a certificate of the authority, and nobody else; the router learns its name", async () => {
  const seen: Credentials[] = [];
  const authenticate = (credentials: Credentials) => (seen.push(credentials), "somebody");
  const options = { hostname: "0.0.0.0", access: "router", tls: { ...tls, clientCa: pem("ca.pem") } } as const;
  const own = { ca: pem("ca.pem"), cert: pem("client.pem"), key: pem("client.key") };
  await using at = await served(options, { authenticate });
  const url = at.server.url.replace("0.0.0.0", "127.0.0.1");
  await using client = new GrpcTransport(url, { tls: own });
  equal(textOf((await client.execute("echo", [textItem("a")]))[0]), "a");
  deepEqual(seen, [{ transport: "grpc", address: "127.0.0.1", certificateSubject: "client" }]);
  for (const shown of [{}, { cert: pem("stranger.pem"), key: pem("stranger.key") }]) {
    await using stranger = new GrpcTransport(url, { tls: { ca: pem("ca.pem"), ...shown } });
    await rejects(stranger.execute("echo", []), { code: "Busy" });
  }
  equal(seen.length, 1);
  await using alone = await serveGrpc(at.router, { ...options, access: "token", port: 0 });
  equal(alone.token, undefined);
});

Deno.test("certificates and keys that are none, or another's, are refused, and no key is shown", async () => {
  await using at = await served();
  for (
    const [wrong, message] of [
      [{ cert: "no" }, /wanted for "tls\.cert" a certificate as the text of a PEM file$/],
      [{ key: "secret" }, /wanted for "tls\.key" a private key as the text of a PEM file$/],
      [{ key: pem("client.key") }, /the key of "tls" is not that of its certificate/],
      [{ clientCa: "no" }, /wanted for "tls\.clientCa" a certificate/],
      [{ ca: pem("ca.pem") }, /there is no option "ca"/],
    ] as const
  ) await rejects(serveGrpc(at.router, { tls: { ...tls, ...wrong } }), { code: "InvalidConfig", message });
});
