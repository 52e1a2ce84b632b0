import assert from "node:assert/strict";
import { digestPageSources, isPageCurrent, markPageBuilt } from "./page_build.ts";

async function makeCheckout(): Promise<string> {
  const root = `${await Deno.makeTempDir()}/`;
  for (const folder of ["web/dist", "control/client", "tools"]) await Deno.mkdir(root + folder, { recursive: true });
  for (
    const file of [
      "web/client.tsx",
      "control/client/client.ts",
      "deno.json",
      "package.json",
      "deno.lock",
      "tools/build_web.ts",
    ]
  ) {
    await Deno.writeTextFile(root + file, file);
  }
  return root;
}

Deno.test("isPageCurrent() holds after markPageBuilt(), until a source changes, comes or goes", async () => {
  const root = await makeCheckout();
  const isCurrent = () => isPageCurrent(root, `${root}web/dist/`);
  assert.equal(await isCurrent(), false);
  await markPageBuilt(await digestPageSources(root), `${root}web/dist/`);
  assert.equal(await isCurrent(), true);
  await Deno.writeTextFile(`${root}control/client/client.ts`, "changed");
  assert.equal(await isCurrent(), false);
  await Deno.writeTextFile(`${root}control/client/client.ts`, "control/client/client.ts");
  assert.equal(await isCurrent(), true);
  await Deno.writeTextFile(`${root}web/new.ts`, "");
  assert.equal(await isCurrent(), false);
  await Deno.remove(root, { recursive: true });
});

Deno.test("digestPageSources() looks at no test and not at the build", async () => {
  const root = await makeCheckout();
  const before = await digestPageSources(root);
  await Deno.writeTextFile(`${root}web/client_test.ts`, "");
  await Deno.writeTextFile(`${root}web/dist/index.html`, "");
  assert.equal(await digestPageSources(root), before);
  await Deno.remove(root, { recursive: true });
});
