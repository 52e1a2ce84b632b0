import { equal, match, throws } from "node:assert/strict";
import { pem } from "../fixtures/pem.ts";
import { served } from "./fixtures/served.ts";

const tls = { cert: pem("server.pem"), key: pem("server.key") };

Deno.test("a server with TLS is called by https; its own page may, and one of the same name without TLS may not", async () => {
  await using at = served({ tls });
  match(at.server.url, /^https:/);
  using client = Deno.createHttpClient({ caCerts: [pem("ca.pem")] });
  for (const [origin, status] of [[at.server.url, 200], [at.server.url.replace("https", "http"), 403]] as const) {
    const init = { client, headers: { origin } };
    const answer = await fetch(`${at.server.url}/v1/graphs`, init);
    equal(answer.status, status);
    await answer.body?.cancel();
  }
});

Deno.test("a key that is not that of the certificate is refused", () => {
  throws(() => served({ tls: { ...tls, key: pem("client.key") } }), {
    code: "InvalidConfig",
    message: /is not that of/,
  });
});
