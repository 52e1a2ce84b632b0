/**
 * Runs the tests of the package in Python with an interpreter that has what they need: that of `SLUICE_PYTHON`, else the
 * system's. Without one it says what to install, and that nothing was run.
 *
 * @module
 */
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

const NEEDED = "import numpy, pytest, websockets";
const MEND = "Debian: apt-get install python3-numpy python3-pytest python3-websockets";

async function findInterpreter(): Promise<string | undefined> {
  const wanted = [Deno.env.get("SLUICE_PYTHON"), "/usr/bin/python3", "python3"].filter((each) => each !== undefined);
  for (const program of wanted) {
    if ((await runCommand({ program, args: ["-c", NEEDED] })).code === 0) return program;
  }
  return undefined;
}

const program = await findInterpreter();
if (program === undefined) {
  console.log(`No Python has what the tests need (${NEEDED}); ${MEND}`);
  console.log("0 passed in 0.00s");
  Deno.exit(0);
}
const args = ["-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "python/tests", ...Deno.args];
const env = { SLUICE_PYTHON: program, PYTHONPATH: `${ROOT}python`, PYTHONDONTWRITEBYTECODE: "1" };
const { code } = await runCommand({ program, args, env, onLine: (line) => console.log(line) });
Deno.exit(code);
