/**
 * Histories of nodes and links, filled with each reading that is shown.
 *
 * @module
 */
import { effect } from "@preact/signals";
import { HistoryBook } from "../model/history_book.ts";
import { figures, reading } from "./live.ts";

/** See the module. */
export const historyBook: HistoryBook = new HistoryBook();

effect(() => {
  reading.value;
  const now = figures.peek();
  if (now !== undefined) historyBook.take(now);
});
