/**
 * Processor time of other processes, as Linux counts it.
 *
 * @module
 */

/** Processor time of all threads of a process that are there, nanoseconds. */
export function processorNs(pid: number): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    sum += Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
  }
  return sum;
}
