import assert from "node:assert/strict";
import { Access } from "./access.ts";

Deno.test("Access remembers 64 logins; the oldest goes first", () => {
  const access = new Access({ hostname: "0.0.0.0", token: "t".repeat(64), allowedHosts: [] });
  const url = "http://127.0.0.1:4840/api/graph";
  const host = "127.0.0.1:4840";
  const cookies = Array.from({ length: 65 }, () => access.logIn(new Request(url, { headers: { host } })).split(";")[0]);
  const passes = (cookie: string, at = host) =>
    access.checkToken(new Request(url, { headers: { host: at, cookie } })) === undefined;
  assert.deepEqual(cookies.map((cookie) => passes(cookie)), [false, ...Array(64).fill(true)]);
  assert.ok(cookies.every((cookie) => cookie.startsWith("sluice_login_4840=")));
  assert.ok(!passes(cookies[64], "127.0.0.1:4841"), "of another port");
  assert.ok(passes(`other=1; sluice_login_4841=x; ${cookies[64]}`), "among others");
});
