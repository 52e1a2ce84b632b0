/** The page of a server that wants a token, in Chromium. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { seriousFaults } from "./axe.ts";
import { openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo } from "./live_graph.ts";
import { rare } from "../fixtures/rare.ts";

rare(pageTest)("what the address names after its # is there after the login, and after a wrong token", async () => {
  const token = "the-token-of-this-test";
  await using served = await serveDemo({ token });
  await using open = await openPage();
  const { page } = open;
  await page.goto(`${served.server.url}/#node=level`);
  for (const given of ["another", token]) {
    await page.getByLabel("Token").fill(given);
    await page.getByRole("button", { name: "Log in" }).click();
  }
  await graphShown(page, "level");
  equal(new URL(page.url()).hash, "#node=level");
  await page.locator('[data-inspector][aria-label="node level"]').waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Token").waitFor();
  await page.reload();
  await page.getByLabel("Token").waitFor();
});

pageTest("a browser is asked for the token once, and gets the page; the token is in no URL", async () => {
  const token = "the-token-of-this-test";
  await using served = await serveDemo({ token });
  await using open = await openPage();
  const { page } = open;
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await page.goto(served.server.url);
  deepEqual(await seriousFaults(page), []);
  await page.getByLabel("Token").fill("another");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").filter({ hasText: "That is not the token." }).waitFor();
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await graphShown(page, "level");
  await page.reload();
  await graphShown(page, "level");
  ok(urls.length > 4);
  deepEqual(urls.filter((url) => url.includes(token)), []);
});
