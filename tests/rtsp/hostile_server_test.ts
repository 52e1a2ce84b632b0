/** `rtsp-source` and servers that do not answer, or with what is no answer. */
import { equal, match, rejects } from "node:assert/strict";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { Played } from "./fixtures/played.ts";

const obstacle = noRustPlugin("rtsp") ?? noRustPlugin("codecs");

/** A test with a server that treats each connection so. */
function hostile(name: string, serve: (connection: Deno.TcpConn) => Promise<void>, fn: (url: string) => Promise<void>) {
  Deno.test({
    name,
    ignore: obstacle !== undefined,
    async fn() {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const open = new Set<Deno.TcpConn>();
      const serving = (async () => {
        for await (const connection of listener) {
          open.add(connection);
          await serve(connection).catch(() => {});
        }
      })();
      try {
        await fn(`rtsp://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/cam`);
      } finally {
        listener.close();
        for (const connection of open) connection.close();
        await serving;
      }
    },
  });
}

hostile("a server that takes the connection and is silent is told once", () => Promise.resolve(), async (url) => {
  await using played = await Played.start({ url, timeoutMs: 200 }, "video");
  await played.says(/^127\.0\.0\.1:\d+ does not answer within 0\.2 s; look at "url" and the network/);
});

let answers = 0;
hostile("answers of any bytes end their connections and not the graph", async (connection) => {
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  const begin = ["", "RTSP/1.0 200 OK\r\n", "$\0\0\x08", "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 64\r\n\r\n"];
  await connection.write(new Uint8Array([...new TextEncoder().encode(begin[answers++ % begin.length]), ...bytes]));
  await connection.closeWrite();
}, async (url) => {
  await using played = await Played.start({ url, timeoutMs: 200 }, "video");
  await played.says(/tried again until it works/);
  while (answers < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  equal(played.runtime.running, true);
});

Deno.test({
  name: "an address with a user in it, or of another protocol, is refused without being shown",
  ignore: obstacle !== undefined,
  async fn() {
    for (
      const [url, why] of [
        ["rtsp://me:hidden@127.0.0.1/cam", /"url" has a user in it; give "user" and "password" instead/],
        ["http://127.0.0.1/hidden", /"url" begins with "http:", wanted "rtsp:"/],
      ] as const
    ) {
      await rejects(() => Played.start({ url }, "video"), (error: Error) => {
        match(error.message, why);
        equal(error.message.includes("hidden"), false);
        return true;
      });
    }
  },
});
