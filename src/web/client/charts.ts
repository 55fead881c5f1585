/**
 * Draws the chart of the console's analytics from the table that the server rendered, with uPlot. The table stays there for whoever does not see the drawing; how lines look is the style sheet's, so that they
 * follow light and dark and differ by their dashes, too.
 */
import "./console/language.ts";
import uPlot from "uplot";

const HEIGHT = 260;
const WIDTH_MIN = 200;
const LINE_WIDTH = 2;
/** So few figures are told apart better with a dot each. */
const DOTTED_MAX = 16;
const GRID_WIDTH = 1;
const X_LABEL_PIXELS = 72;
const X_AXIS_PIXELS = 30;

type Figures = {
  readonly names: readonly string[];
  /** Seconds, then the values of each line. */
  readonly columns: readonly number[][];
};

const NUMBER = new Intl.NumberFormat("en-US");
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "2-digit", timeZone: "UTC" });

for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) show(place);

function show(place: HTMLElement): void {
  const table = document.querySelector<HTMLTableElement>(`#${CSS.escape(place.dataset["chart"] ?? "")}`);
  const legend = place.previousElementSibling;
  if (table === null || !(legend instanceof HTMLElement)) return;
  const figures = readTable(table);
  if ((figures.columns[0] ?? []).length < 2) {
    // One figure makes no line.
    place.remove();
    return;
  }
  const rest = valuesOf(legend).map((each) => each.textContent);
  let chart = draw(place, legend, figures, rest);
  table.closest("details")?.removeAttribute("open");
  const redraw = () => {
    chart.destroy();
    chart = draw(place, legend, figures, rest);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => chart.setSize(sizeOf(place))).observe(legend);
}

function readTable(table: HTMLTableElement): Figures {
  const names = [...table.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent);
  const rows = [...table.querySelectorAll("tbody tr")];
  const days = rows.map((row) => Date.parse(row.querySelector("time")?.dateTime ?? "") / 1_000);
  const values = names.map((_, line) => rows.map((row) => numberIn(row.querySelectorAll("td")[line])));
  return { names, columns: [days, ...values] };
}

function numberIn(cell: Element | undefined): number {
  return Number((cell?.textContent ?? "0").replaceAll(",", ""));
}

function valuesOf(legend: HTMLElement): readonly HTMLElement[] {
  return [...legend.querySelectorAll<HTMLElement>("[data-value]")];
}

function sizeOf(place: HTMLElement): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(WIDTH_MIN, (place.parentElement ?? place).querySelector(".legend")?.clientWidth ?? 0),
    height: HEIGHT,
  };
}

function draw(place: HTMLElement, legend: HTMLElement, { names, columns }: Figures, rest: readonly string[]): uPlot {
  const colour = (name: string) => colourOf(place, name);
  const dots = (columns[0] ?? []).length <= DOTTED_MAX;
  const labels = place.dataset["interval"] === "month" ? MONTH : DATE;
  const axis: uPlot.Axis = {
    stroke: colour("--gs-muted"),
    font: `12px ${getComputedStyle(place).fontFamily}`,
    grid: { stroke: colour("--gs-line"), width: GRID_WIDTH },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    ...sizeOf(place),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    scales: { y: { range: (_chart, low, high) => [Math.min(0, low), Math.max(1, high) * 1.05] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: X_AXIS_PIXELS,
        space: X_LABEL_PIXELS,
        values: (_chart, seconds) => seconds.map((each) => labels.format(each * 1_000)),
      },
      {
        ...axis,
        size: 48,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7, 1e8],
        values: (_chart, values) => values.map((value) => NUMBER.format(value)),
      },
    ],
    series: [{}, ...names.map((name, line) => seriesOf(legend, name, line, dots))],
    hooks: { setCursor: [(chart) => readOut(legend, chart, rest)] },
  };
  return new uPlot(options, columns as unknown as uPlot.AlignedData, place);
}

/** As the legend's own line is drawn. */
function seriesOf(legend: HTMLElement, label: string, line: number, dots: boolean): uPlot.Series {
  const sample = legend.querySelector(`.line-${String(line)} line`);
  const style = sample === null ? null : getComputedStyle(sample);
  const stroke = style?.stroke ?? "currentColor";
  const dash = (style?.strokeDasharray ?? "none").match(/[\d.]+/gu)?.map(Number) ?? [];
  return { label, stroke, width: LINE_WIDTH, dash, points: { show: dots, size: 6, fill: stroke } };
}

/** A custom property may be `light-dark(…)`, which only a real property turns into one colour. */
function colourOf(place: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The legend says what stands under the pointer, and the sums when it is away. */
function readOut(legend: HTMLElement, chart: uPlot, rest: readonly string[]): void {
  const index = chart.cursor.idx ?? null;
  for (const [line, each] of valuesOf(legend).entries()) {
    const value = index === null ? undefined : chart.data[line + 1]?.[index];
    each.textContent = typeof value === "number" ? NUMBER.format(value) : (rest[line] ?? "");
  }
}
