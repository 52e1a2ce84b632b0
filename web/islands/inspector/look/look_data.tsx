/** @module The newest values or records of a link as a table, and a plot of a field that is chosen. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { TapMessage } from "../../../../control/schemas/tap.ts";
import { cellText, LookRows, MOST_ROWS } from "../../../model/look_rows.ts";
import { theme } from "../../../state/theme.ts";
import { useTap } from "../../../state/taps.ts";
import { FieldPlot } from "./field_plot.tsx";

/** Readings a second. */
const RATE = 10;

/** Time between two pictures, milliseconds. */
const SHOW_MS = 250;

export function LookData({ link }: { readonly link: string }): JSX.Element {
  const { rows, taken, take } = useRows();
  const problem = useTap(link, "raw", RATE, take);
  return (
    <>
      {problem !== undefined && <p class="field-problem" role="alert">{problem}</p>}
      <RowsOf rows={rows} taken={taken} />
    </>
  );
}

/** Rows that are shown a few times a second, however often readings come. */
export function useRows(): RowsProps & { readonly take: (reading: TapMessage) => void } {
  const rows = useRef(new LookRows());
  const shown = useSignal(0);
  const taken = useRef(0);
  useEffect(() => {
    const timer = setInterval(() => shown.value = taken.current, SHOW_MS);
    return () => clearInterval(timer);
  }, []);
  const take = (reading: TapMessage) => {
    rows.current.take(reading);
    taken.current++;
  };
  return { rows: rows.current, taken: shown.value, take };
}

/** The table, and the plot of one of its fields. */
export function RowsOf({ rows, taken }: RowsProps): JSX.Element {
  return (
    <>
      <RowTable rows={rows} taken={taken} />
      <ChosenPlot rows={rows} taken={taken} />
    </>
  );
}

interface RowsProps {
  readonly rows: LookRows;
  /** Readings that it has taken. */
  readonly taken: number;
}

function RowTable({ rows: { rows, fields } }: RowsProps): JSX.Element {
  return (
    <div class="look-scroll" role="region" aria-label="The newest on the link" tabIndex={0}>
      <table class="look-table look-rows">
        <caption class="soft">The newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time, s</th>
            {fields.map((name) => (
              <th key={name} scope="col" title={name}>
                <bdi>{cellText(name)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: MOST_ROWS }, (_, k) => (
            <tr key={k}>
              <td>{rows[k] === undefined ? "–" : (rows[k].ptsNs / 1e9).toFixed(3)}</td>
              {fields.map((name) => <td key={name}>{cellText(rows[k]?.values.get(name))}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ChosenPlot({ rows, taken }: RowsProps): JSX.Element | null {
  const id = useId();
  const chosen = useSignal<string | undefined>(undefined);
  const { numeric } = rows;
  const field = chosen.value !== undefined && numeric.includes(chosen.value) ? chosen.value : numeric[0];
  if (field === undefined) return null;
  return (
    <figure class="plot">
      <figcaption>
        <label for={id}>Plot</label>
        <select id={id} value={field} onChange={({ currentTarget }) => chosen.value = currentTarget.value}>
          {numeric.map((name) => <option key={name} value={name}>{cellText(name)}</option>)}
        </select>
      </figcaption>
      <FieldPlot key={`${field} ${theme.value}`} rows={rows} field={field} taken={taken} />
    </figure>
  );
}
