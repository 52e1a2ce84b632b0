/**
 * Where the keyboard is: between the graph and the inspector.
 *
 * @module
 */

/** Moves the focus into the inspector. @returns whether there is one */
export function focusInspector(): boolean {
  const inspector = document.querySelector<HTMLElement>("[data-inspector]");
  inspector?.focus();
  return inspector !== null;
}

/** Moves the focus to the view that is shown. */
export function focusView(): void {
  document.querySelector<HTMLElement>(".graph-box, .table-scroll, .news-scroll")?.focus();
}
