/** Nodes in Python are found where modules of their folder have the names of the interpreter's own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { interpreter, noPython } from "../fixtures/python/graph.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const NODE = `
from sluice import AudioFrame, Input, node
import helpers

@node("com.example.NAME", description=helpers.TEXT)
class Pass:
    audio: Input[AudioFrame]
    def process(self): ...
`;

Deno.test({
  name: `nodes in Python: their folder hides no module of the interpreter${noPython ? ` (left out: ${noPython})` : ""}`,
  ignore: noPython !== undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/random/nodes`, { recursive: true });
      const files = {
        "random.py": "raise RuntimeError('hidden')",
        "helpers.py": "TEXT = 'It helps.'",
        "queue.py": NODE.replace("NAME", "queue"),
        "random/plugin.toml": 'name = "random"\nversion = "1.0.0"\npython = "nodes.inner"\n',
        "random/nodes/inner.py": NODE.replace("NAME", "inner"),
        "random/nodes/__init__.py": "",
        "random/helpers.py": "TEXT = 'It is another one.'",
      };
      for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
      for (const [type, said] of [["queue", "It helps."], ["inner", "It is another one."]]) {
        const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", `--config=${ROOT}deno.json`, `${ROOT}cli/main.ts`].concat([
            ...["nodes", "info", `com.example.${type}`, "--plugins", "."],
          ]),
          cwd: folder,
          env: { NO_COLOR: "1", SLUICE_PYTHON: interpreter! },
        }).output();
        const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        assert.ok(text.includes(said), text + errors);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
