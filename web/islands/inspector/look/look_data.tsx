/** @module The newest values, records or encoded frames of a link, as a table. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { columnsOf } from "../../../../control/schemas/tap_payload.ts";
import type { TapMessage } from "../../../../control/schemas/tap.ts";
import { formatBytes, formatNs } from "../../../model/format_figures.ts";
import { shownText } from "../../../model/shown_text.ts";
import { useTap } from "../../../state/taps.ts";

/** Readings a second, and rows that are shown. */
const RATE = 4;
const ROWS = 8;

/** The longest value that is shown, characters. */
const LONGEST = 400;

export function LookData({ link }: { readonly link: string }): JSX.Element {
  const rows = useSignal<readonly (readonly [string, string])[]>([]);
  const problem = useTap(link, "raw", RATE, (reading) => {
    const time = formatNs(Number(reading.head.ptsNs));
    rows.value = [...wordsOf(reading).map((words) => [time, words] as const), ...rows.peek()].slice(0, ROWS);
  });
  return (
    <>
      {problem !== undefined && <p class="field-problem" role="alert">{problem}</p>}
      <table class="look-table">
        <caption class="soft">The newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: ROWS }, (_, k) => (
            <tr key={k}>
              <td>{rows.value[k]?.[0] ?? "–"}</td>
              <td>{shownText(rows.value[k]?.[1] ?? "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** A line for each value, record or frame of a reading, the newest first. */
function wordsOf({ head, payload }: TapMessage): string[] {
  if (head.fields !== undefined) {
    const columns = Object.entries(columnsOf(head, payload));
    const count = Number(head.batchSize);
    return Array.from(
      { length: Math.min(ROWS, count) },
      (_, back) => columns.map(([name, column]) => `${name} ${column[count - 1 - back]}`).join("  "),
    );
  }
  if (head.codec !== undefined) {
    return [`${head.codec}, ${formatBytes(payload.length)}${head.keyframe === true ? ", key frame" : ""}`];
  }
  return [head.tooLong === undefined ? JSON.stringify(head.value).slice(0, LONGEST) : `${head.tooLong} characters`];
}
