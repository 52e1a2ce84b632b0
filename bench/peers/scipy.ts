/**
 * numpy and scipy by `python3`, on one thread.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./sensor_path.py", import.meta.url));
const ENV = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };

/** What to do where it is missing. */
export const SCIPY_MISSING = "scipy is not installed: apt-get install python3-scipy";

/** The system's own first: where packages of the system lie, a newer one may not look. */
const python = ["/usr/bin/python3", "python3"].find(hasBoth);

/** Whether both are there. */
export function hasScipy(): boolean {
  return python !== undefined;
}

function hasBoth(program: string): boolean {
  try {
    const args = ["-c", "import numpy, scipy"];
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** The sensor path. @returns nanoseconds a sample */
export async function sensorPath(batches: number, bin: number): Promise<number> {
  const { code, stdout } = await new Deno.Command(python!, { args: [SCRIPT, String(batches)], env: ENV }).output();
  equal(code, 0, SCRIPT);
  const [ns, found] = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
  deepEqual(found, bin, "the bin of the tone");
  return ns;
}
