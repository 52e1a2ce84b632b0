/** Plugins that are refused, each with its reason; the process goes on, and so do the plugins beside them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { inspectPlugins, loadPlugins } from "../../core/plugins/load_plugins.ts";
import { builtLibrary, noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

/** A plugin in C that is right but for what a test changes: `%ID%` stands for the id of its stage. */
const SOUND = `
#include <stdlib.h>
#include "sluice_stage.h"

static int32_t create(SluiceContext *context, void **instance) {
  (void)context;
  *instance = malloc(1);
  return SLUICE_OK;
}
static int32_t process(void *instance, SluiceContext *context) {
  (void)instance;
  (void)context;
  return SLUICE_OK;
}
static int32_t destroy(void *instance) {
  free(instance);
  return SLUICE_OK;
}
static const SluicePort inputs[] = {{.name = "audio", .doc = "Audio.", .kind = SLUICE_AUDIO}};
static const SluiceStage stages[] = {{
  .id = "%ID%",
  .name = "Sound",
  .version = "1.0.0",
  .doc = "Takes audio.",
  .inputs = inputs,
  .input_count = 1,
  .create = create,
  .process = process,
  .destroy = destroy,
}};
static const SluicePlugin plugin = {
  .abi_version = SLUICE_ABI_VERSION,
  .size = sizeof(SluicePlugin),
  .stage_size = sizeof(SluiceStage),
  .port_size = sizeof(SluicePort),
  .stages = stages,
  .stage_count = 1,
};
const SluicePlugin *sluice_register_stages(const SluiceHost *host) {
  (void)host;
  return &plugin;
}
`;

function sound(id: string): { readonly text: string } {
  return { text: SOUND.replace("%ID%", id) };
}

function changed(id: string, from: string, to: string): { readonly text: string } {
  const { text } = sound(id);
  ok(text.includes(from));
  return { text: text.replace(from, to) };
}

function refusing(name: string, fn: (folder: PluginFolder) => Promise<void>): void {
  const title = noPlugins === undefined ? name : `${name} (left out: ${noPlugins})`;
  Deno.test({
    name: `plugins: ${title}`,
    ignore: noPlugins !== undefined,
    fn: async () => {
      await using folder = await PluginFolder.make();
      await fn(folder);
    },
  });
}

/** Why the one plugin in a folder is refused. */
async function reasonOf(folder: string): Promise<string> {
  const { packages, refused } = await loadPlugins([folder]);
  deepEqual(packages, []);
  equal(refused.length, 1);
  equal(refused[0].code, "PluginRejected");
  const start = `Cannot load the plugin in "${folder}": `;
  ok(refused[0].message.startsWith(start), refused[0].message);
  return refused[0].message.slice(start.length);
}

refusing("one that is refused does not keep the one beside it from being loaded", async (folder) => {
  await folder.addC("a-wrong", changed("com.test.beside1", '.name = "Sound"', ".name = 0"));
  await folder.addC("b-right", sound("com.test.beside2"));
  const { packages, refused, plugins } = await loadPlugins([folder.path]);
  deepEqual(packages.map(({ name }) => name), ["b-right"]);
  deepEqual(plugins.map(({ nodes }) => nodes.map(({ descriptor }) => descriptor.type)), [["com.test.beside2"]]);
  match(refused[0].message, /a-wrong": stage "com\.test\.beside1": its name is null$/);
});

refusing("a library that is none, or exports nothing, is told", async (folder) => {
  const none = await folder.addC("none", sound("com.test.none"));
  await Deno.remove(`${none}/libnone.so`);
  equal(
    await reasonOf(none),
    `there is no library "${none}/none", nor "${none}/libnone.so"; build the plugin with "sluice plugins build"`,
  );
  await Deno.writeTextFile(
    `${none}/libnone.so`,
    "no library at all, but long enough to be looked at as one, as headers are",
  );
  equal(await reasonOf(none), "the system cannot open it as a library: invalid ELF header");
  const mute = await folder.addC("mute", { text: "int nothing = 0;\n" });
  equal(
    await reasonOf(mute),
    "it does not export sluice_register_stages; declare that function with SLUICE_EXPORT",
  );
});

refusing("a library that was cut off is told, and is not mapped", async (folder) => {
  const cut = await folder.addC("cut", sound("com.test.cut"));
  const whole = await Deno.readFile(`${cut}/libcut.so`);
  for (const length of [whole.length - 1, whole.length >> 1, 4_096, 65]) {
    await Deno.writeFile(`${cut}/libcut.so`, whole.subarray(0, length));
    equal(
      await reasonOf(cut),
      `the file ends after ${length} bytes, and a library of ${whole.length} begins in it; copy or build it again`,
    );
  }
  await Deno.writeFile(`${cut}/libcut.so`, whole.subarray(0, 20));
  equal(await reasonOf(cut), "the system cannot open it as a library: file too short");
});

refusing("an entry that refuses says why", async (folder) => {
  const silent = await folder.addC(
    "silent",
    changed("com.test.silent", "return &plugin;", "(void)&plugin; return NULL;"),
  );
  equal(await reasonOf(silent), "sluice_register_stages returned null: it does not say why");
  const loud = 'host->fault(NULL, "there is no such device"); (void)&plugin; return NULL;';
  const telling = await folder.addC("telling", changed("com.test.telling", "return &plugin;", loud));
  equal(await reasonOf(telling), "sluice_register_stages returned null: there is no such device");
});

refusing("a version that does not fit is told", async (folder) => {
  const other = await folder.addC("other", changed("com.test.other", "SLUICE_ABI_VERSION", "(2 << 16)"));
  match(
    await reasonOf(other),
    /^it was built for version 2\.0 of the interface, and this is 1\.\d+; use a newer Sluice/,
  );
});

refusing("two plugins with a stage of one id: the second is refused", async (folder) => {
  await folder.addC("first", sound("com.test.twice"));
  await Deno.mkdir(`${folder.path}/second`);
  await Deno.copyFile(`${folder.path}/first/libfirst.so`, `${folder.path}/second/libsecond.so`);
  await folder.describe(`${folder.path}/second`, 'name = "second"\nversion = "1"\nlibrary = "second"\n');
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(packages.map(({ name }) => name), ["first"]);
  match(refused[0].message, /second": stage "com\.test\.twice" is there already, of another plugin; disable one/);
  equal((await loadPlugins([`${folder.path}/first`])).refused.length, 0, "the same file may be loaded again");
});

refusing("files and folders that anybody may write to are refused", async (folder) => {
  const open = await folder.addC("open", sound("com.test.open"));
  await Deno.chmod(`${open}/libopen.so`, 0o757);
  equal(await reasonOf(open), 'anybody may write to the file; take that right away with "chmod o-w"');
  await Deno.chmod(`${open}/libopen.so`, 0o755);
  await Deno.chmod(`${open}/plugin.toml`, 0o646);
  equal(await reasonOf(open), 'plugin.toml: anybody may write to it; take that right away with "chmod o-w"');
  await Deno.chmod(`${open}/plugin.toml`, 0o644);
  await Deno.chmod(open, 0o757);
  equal(await reasonOf(open), 'anybody may write to the folder; take that right away with "chmod o-w"');
  await Deno.chmod(open, 0o755);
  deepEqual((await loadPlugins([open])).refused, []);
  // Anybody might put a plugin there.
  await Deno.chmod(folder.path, 0o757);
  equal(await reasonOf(folder.path), 'anybody may write to the folder; take that right away with "chmod o-w"');
});

refusing(
  "a sticky folder in which others may put a plugin is refused, and one around a plugin is not",
  async (folder) => {
    const at = await folder.addC("kept", sound("com.test.kept"));
    await Deno.chmod(folder.path, 0o1777);
    equal(await reasonOf(folder.path), 'anybody may write to the folder; take that right away with "chmod o-w"');
    deepEqual((await loadPlugins([at])).refused, []);
    await Deno.chmod(folder.path, 0o777);
    equal(await reasonOf(at), 'anybody may write to the folder around it; take that right away with "chmod o-w"');
    await Deno.chmod(folder.path, 0o700);
    await Deno.mkdir(`${at}/lib`);
    await Deno.rename(`${at}/libkept.so`, `${at}/lib/libkept.so`);
    await folder.describe(at, 'name = "kept"\nversion = "1"\nlibrary = "lib/kept"\n');
    await Deno.chmod(`${at}/lib`, 0o1777);
    equal(await reasonOf(at), 'anybody may write to the folder; take that right away with "chmod o-w"');
  },
);

refusing("what belongs to another user, or a group of others may write to, is refused", async (folder) => {
  const at = await folder.addC("owned", sound("com.test.owned"));
  const library = `${at}/libowned.so`;
  // Only root can give files away.
  if (Deno.uid() !== 0) return;
  const { uid } = await Deno.stat(builtLibrary("example"));
  const stranger = uid === 65_534 ? 65_533 : 65_534;
  const belongs = `belongs to user ${stranger}, wanted 0, who runs this, or root; copy it, or use "chown"`;
  const parts = { [at]: "the folder", [`${at}/plugin.toml`]: "it", [library]: "the file" };
  for (const [path, what] of Object.entries(parts)) {
    await Deno.chown(path, stranger, 0);
    const start = path.endsWith(".toml") ? "plugin.toml: " : "";
    equal(await reasonOf(at), `${start}${what} ${belongs}`);
    await Deno.chown(path, 0, 0);
  }
  await Deno.chown(library, 0, stranger);
  deepEqual((await loadPlugins([at])).refused, []);
  await Deno.chmod(library, 0o775);
  equal(await reasonOf(at), `group ${stranger} may write to the file; take that right away with "chmod g-w"`);
  await Deno.chown(library, 0, 0);
  deepEqual((await loadPlugins([at])).refused, [], "the user's own group");
});

refusing("what plugin.toml says of the plugin holds", async (folder) => {
  const at = await folder.addC("manifest", sound("com.test.manifest"));
  const rest = 'name = "a"\nversion = "1"\nlibrary = "manifest"\n';
  await folder.describe(at, `${rest}licence = \n`);
  match(await reasonOf(at), /^plugin\.toml: line 4, column 11: /);
  await folder.describe(at, `${rest}stages = ["com.test.absent"]\n`);
  equal(await reasonOf(at), 'plugin.toml: it names stage "com.test.absent", and the library has com.test.manifest');
  await folder.describe(at, `${rest}requires = "1.999"\n`);
  match(await reasonOf(at), /^plugin\.toml: it requires version 1\.999 of the interface, and this is 1\.\d+$/);
  await folder.describe(at, `${rest}enabled = false\n`);
  const { packages, plugins, refused } = await loadPlugins([at]);
  deepEqual([packages, refused, plugins[0].nodes], [[], [], []]);
});

refusing("a configuration schema that is none is told", async (folder) => {
  const line = '.doc = "Takes audio.",\n  .config_schema = "{",';
  const at = await folder.addC("schema", changed("com.test.schema", '.doc = "Takes audio.",', line));
  match(await reasonOf(at), /^stage "com\.test\.schema": its configuration schema is no JSON: /);
});

refusing("everything that is wrong with stages is told", async (folder) => {
  const { text } = changed("com.test.faulty", '.name = "Sound"', '.name = ""');
  const code = text.replace('"Takes audio."', "0").replace(".process = process,", ".process = 0,");
  const at = await folder.addC("faulty", { text: code }, { flags: ["-Wno-unused-function"] });
  const found = inspectPlugins([at]).plugins[0].problems.map(({ message }) => message);
  deepEqual(found, [
    'stage "com.test.faulty": its name is "", wanted a text without control characters',
    'stage "com.test.faulty": its doc is null',
    'stage "com.test.faulty": its function process is null',
  ]);
});

refusing("a function that lies in the library's data is told", async (folder) => {
  const code = changed(
    "com.test.data",
    ".process = process,",
    ".process = (int32_t (*)(void *, SluiceContext *))inputs,",
  );
  const at = await folder.addC("data", code, { flags: ["-Wno-unused-function"] });
  equal(await reasonOf(at), 'stage "com.test.data": its function process lies in no library\'s code');
});

refusing("everything that is wrong is told, each with its file", async (folder) => {
  const line = '.doc = "Takes audio.",\n  .config_schema = "{",';
  const at = await folder.addC("several", changed("com.test.several", '.doc = "Takes audio.",', line));
  const found = () => inspectPlugins([at]).plugins[0].problems.map(({ file, message }) => [file, message] as const);
  await folder.describe(at, 'name = 3\nlicense = "MIT"\nversion = "1"\nlibrary = "several"\n');
  const told = found();
  deepEqual(told.map(([file]) => file.slice(at.length)), ["/plugin.toml", "/plugin.toml", "/libseveral.so"]);
  match(told[2][1], /^stage "com\.test\.several": its configuration schema is no JSON: /);
  await Deno.chmod(at, 0o757);
  await folder.describe(at, 'name = "a"\nversion = "1"\nlibrary = "other"\nrequires = "9.0"\n');
  await Deno.chmod(at, 0o757);
  deepEqual(found().map(([file]) => file.slice(at.length)), ["", "/plugin.toml", ""]);
});

refusing("a folder that is not there is told, and nothing is looked for elsewhere", async (folder) => {
  const missing = `${folder.path}/missing`;
  equal(await reasonOf(missing), "there is no such folder");
  await Deno.mkdir(`${folder.path}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${folder.path}/a/b/plugin.toml`, "");
  deepEqual(await loadPlugins([folder.path]), { packages: [], plugins: [], refused: [] });
});

refusing("a panel that is missing, or that others may change, is told", async (folder) => {
  const manifest = 'name = "shows"\nversion = "1.0.0"\nlibrary = "shows"\npanel = "page/panel.js"\n';
  const shows = await folder.addC("shows", sound("com.test.shows"), { manifest });
  equal(await reasonOf(shows), `plugin.toml: there is no panel "${shows}/page/panel.js"`);
  await Deno.mkdir(`${shows}/page`);
  await Deno.writeTextFile(`${shows}/page/panel.js`, "export default () => {};\n");
  await Deno.chmod(`${shows}/page/panel.js`, 0o666);
  equal(await reasonOf(shows), 'anybody may write to the file; take that right away with "chmod o-w"');
  await Deno.chmod(`${shows}/page/panel.js`, 0o644);
  const { refused } = await loadPlugins([shows]);
  deepEqual(refused, []);
});
