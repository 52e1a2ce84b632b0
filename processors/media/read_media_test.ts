/** That scripts which read no media file load nothing that does. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier: string }; readonly isDynamic?: boolean }[];
}

Deno.test("media.ts and mod.ts load what reads media files when it is called for", async () => {
  for (const door of ["media.ts", "mod.ts"]) {
    const url = new URL(`../../${door}`, import.meta.url);
    const args = ["info", "--json", fileURLToPath(url)];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly Module[] };
    const known = new Map(modules.map((each) => [each.specifier, each]));
    const loaded = new Set([url.href]);
    for (const specifier of loaded) {
      for (const { code, isDynamic } of known.get(specifier)?.dependencies ?? []) {
        if (code !== undefined && isDynamic !== true) loaded.add(code.specifier);
      }
    }
    assert.ok(known.size > loaded.size, door);
    assert.deepEqual([...loaded].filter((each) => /mediabunny|media_file|media_info|look_into/.test(each)), [], door);
  }
});
