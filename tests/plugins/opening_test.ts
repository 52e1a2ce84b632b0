/** Libraries that end a process when they are opened, or never return, and how many processes it takes to find out. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { loadNative } from "../../ffi/loader.ts";
import { tryPluginLibraries } from "../../ffi/plugin.ts";
import { readPrinted, sluice } from "../cli/command_line.ts";
import { compile, noCompilerOf, noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

/** A plugin that is right, but for what it does in its constructor and in its entry. */
const CODE = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "sluice_stage.h"

static volatile unsigned long nowhere = 8;
static int32_t create(SluiceContext *context, void **instance) {
  (void)context;
  *instance = NULL;
  return SLUICE_OK;
}
static int32_t process(void *instance, SluiceContext *context) {
  (void)instance;
  (void)context;
  return SLUICE_OK;
}
static int32_t destroy(void *instance) {
  (void)instance;
  return SLUICE_OK;
}
static const SluicePort inputs[] = {{.name = "audio", .doc = "Audio.", .kind = SLUICE_AUDIO}};
static const SluiceStage stages[] = {{
  .id = "com.opening.%ID%", .name = "Opening", .version = "1.0.0", .doc = "Takes audio.",
  .inputs = inputs, .input_count = 1, .create = create, .process = process, .destroy = destroy,
}};
static const SluicePlugin plugin = {
  .abi_version = SLUICE_ABI_VERSION, .size = sizeof(SluicePlugin), .stage_size = sizeof(SluiceStage),
  .port_size = sizeof(SluicePort), .stages = stages, .stage_count = 1,
};
/** Says which process has opened it. */
static void tell(void) {
  const char *path = getenv("OPENED");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (file >= 0) dprintf(file, "%d\\n", getpid());
}
__attribute__((constructor)) static void begin(void) {
  tell();
  if (nowhere == 8) { %BEGIN%; }
}
const SluicePlugin *sluice_register_stages(const SluiceHost *host) {
  (void)host;
  if (nowhere == 8) { %ENTRY%; }
  return &plugin;
}
`;

function code(id: string, { begin = "", entry = "" } = {}): { readonly text: string } {
  return { text: CODE.replace("%ID%", id).replace("%BEGIN%", begin).replace("%ENTRY%", entry) };
}

/** By name: what a library does, and what is said of it. */
const ENDINGS: { readonly [name: string]: readonly [Parameters<typeof code>[1], string] } = {
  "b-crash": [
    { begin: "*(volatile int *)nowhere = 1" },
    "it crashed while it was opened: SIGSEGV, an access to memory that it does not have",
  ],
  "c-abort": [{ entry: "abort()" }, "it crashed while it was opened: SIGABRT, by itself"],
  "d-exit": [{ begin: "exit(0)" }, "it ended its process with status 0 while it was opened"],
  "e-status": [{ entry: "_exit(77)" }, "it ended its process with status 77 while it was opened"],
};

function opening(name: string, fn: (folder: PluginFolder) => Promise<void>, obstacle = noPlugins): void {
  const title = obstacle === undefined ? name : `${name} (left out: ${obstacle})`;
  Deno.test({
    name: `opening plugins: ${title}`,
    ignore: obstacle !== undefined,
    fn: async () => {
      await using folder = await PluginFolder.make();
      await fn(folder);
    },
  });
}

/** Adds a plugin that is right before and behind those that end their process. */
async function addEndings(folder: PluginFolder, prefix: string): Promise<void> {
  await folder.addC("a-right", code(`${prefix}-a`));
  for (const [name, [what]] of Object.entries(ENDINGS)) await folder.addC(name, code(`${prefix}-${name}`, what));
  await folder.addC("z-right", code(`${prefix}-z`));
}

opening("a library that ends its process is refused, those beside it are loaded", async (folder) => {
  await addEndings(folder, "ends");
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(packages.map(({ name }) => name), ["a-right", "z-right"]);
  const told = Object.entries(ENDINGS).map(([name, [, how]]) =>
    `Cannot load the plugin in "${folder.path}/${name}": ${how}`
  );
  deepEqual(refused.map(({ message }) => message), told);
});

/** An entry in Rust that panics: through a function of C, which aborts, or out of one that may unwind. */
const PANICS = `
#[no_mangle]
pub extern "%ABI%" fn sluice_register_stages(_host: *const u8) -> *const u8 {
    panic!("no such device");
}
`;

opening("an entry in Rust that panics is refused", async (folder) => {
  for (const [name, abi] of [["c", "C"], ["unwind", "C-unwind"]]) {
    const at = `${folder.path}/${name}`;
    await Deno.mkdir(at);
    await Deno.writeTextFile(`${at}/${name}.rs`, PANICS.replace("%ABI%", abi));
    const args = ["--edition=2021", "--crate-type=cdylib", `${at}/${name}.rs`, "-o", `${at}/lib${name}.so`];
    await compile(args, "rustc");
    await folder.describe(at, `name = "${name}"\nversion = "1"\nlibrary = "${name}"\n`);
  }
  const { refused } = await loadPlugins([folder.path]);
  equal(refused.length, 2);
  for (const { message } of refused) match(message, /(c|unwind)": it crashed while it was opened: SIGABRT, by itself$/);
}, noPlugins ?? noCompilerOf("rustc"));

opening("commands warn of a library that ends its process, and go on", async (folder) => {
  await addEndings(folder, "told");
  const env = { SLUICE_LOG: "warn", SLUICE_PLUGINS: "", XDG_CONFIG_HOME: `${folder.path}/.config` };
  const { code: status, stdout, stderr } = await sluice(["nodes", "list", "--plugins", folder.path], { env });
  equal(status, 0, stderr);
  match(stdout, /com\.opening\.told-a/);
  match(stdout, /com\.opening\.told-z/);
  for (const [name, [, how]] of Object.entries(ENDINGS)) ok(stderr.includes(`${name}": ${how}`), stderr);
});

opening("a library that never returns from its constructor or its entry is refused", async (folder) => {
  const forever = "for (volatile int i = 0;;) i++";
  const libraries: string[] = [];
  for (const [name, what] of Object.entries({ begins: { begin: forever }, enters: { entry: forever } })) {
    libraries.push(`${await folder.addC(name, code(`loop-${name}`, what))}/lib${name}.so`);
  }
  equal(tryPluginLibraries(loadNative().symbols, libraries, { limitMs: 300 }), 2);
  const { refused } = await loadPlugins([folder.path]);
  equal(refused.length, 2);
  for (const { message } of refused) match(message, /(begins|enters)": it takes longer than 0\.3 s to be opened$/);
});

opening("a library that prints when it is opened, or starts processes that stay, is loaded", async (folder) => {
  const at = await folder.addC("noisy", code("noisy", { begin: 'printf("hello\\n"); fflush(stdout)' }));
  const leaves = { begin: 'if (system("sleep 60 &") != 0) exit(3)' };
  const other = await folder.addC("leaving", code("leaving", leaves));
  const { symbols } = loadNative();
  equal(tryPluginLibraries(symbols, [`${at}/libnoisy.so`, `${other}/libleaving.so`], { anew: true }), 1);
  equal(tryPluginLibraries(symbols, [`${at}/libnoisy.so`, `${other}/libleaving.so`]), 0);
});

opening("one process tries all libraries, and the next start has none", async (folder) => {
  for (const name of ["one", "two", "three"]) await folder.addC(name, code(`counted-${name}`));
  const cache = `${folder.path}/.cache`;
  const listing = `${cache}/sluice/opened-libraries`;
  // Processes that have opened them: the start itself is one.
  equal(await countOpeners(folder.path, cache), 2);
  equal(await countOpeners(folder.path, cache), 1);
  // One that was built again is tried again.
  await Deno.utime(`${folder.path}/two/libtwo.so`, 1, 1);
  equal(await countOpeners(folder.path, cache), 2);
  equal(await countOpeners(folder.path, cache), 1);
  await Deno.writeFile(listing, new Uint8Array([0xff, 0, 0x0a, 0x31, 0x20]));
  equal(await countOpeners(folder.path, cache), 2);
  equal(await countOpeners(folder.path, cache), 1);
  await Deno.chmod(listing, 0o666);
  equal(await countOpeners(folder.path, cache), 2, "others may write it");
  await Deno.remove(cache, { recursive: true });
  await Deno.writeTextFile(cache, "");
  equal(await countOpeners(folder.path, cache), 2);
  equal(await countOpeners(folder.path, cache), 2, "there is no folder to write to");
});

/** How many processes open the libraries in a folder when another process loads them. */
async function countOpeners(folder: string, cache: string): Promise<number> {
  const opened = `${folder}/.opened`;
  const script = new URL("../fixtures/plugins/loading_run.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, folder, cache];
  const env = { OPENED: opened };
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  equal(readPrinted(stderr), "");
  deepEqual(JSON.parse(new TextDecoder().decode(stdout)), { packages: ["one", "three", "two"], refused: [] });
  const openers = (await Deno.readTextFile(opened)).trimEnd().split("\n");
  await Deno.remove(opened);
  return new Set(openers).size;
}
