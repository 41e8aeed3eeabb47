// The picture of a benchmark: for each work, a bar per row, with its figure beside it and a thin line from the least to
// the most of the rounds. Sluice's own rows are hatched, so that no colour is needed to find them. Draws only what is in
// the results.
import { barX, plot as draw, ruleX, ruleY, text } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { figure, headOf } from "./report.mjs";

const WIDTH = 860;
const LABELS = 300;
const FIGURES = 90;
const BAR = 20;
const HEAD = 42;
const TITLE = 70;
const HATCH = "hatch";
const INK = "#1f2937";
const LIGHT = "#c7ccd4";

/** The SVG, as text, of the results `{ date, machine, node, rounds, rows }`. */
export function plot(name, { date, machine, node, rounds, rows }) {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = (tag, attributes, content = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = content;
    return element;
  };
  const page = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width: WIDTH,
    "font-family": "sans-serif",
    fill: INK,
  });
  const defs = svg("defs", {});
  const hatch = svg("pattern", { id: HATCH, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
  hatch.append(
    svg("rect", { width: 6, height: 6, fill: "#ffffff" }),
    svg("path", { d: "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", stroke: INK, "stroke-width": 1.5 }),
  );
  defs.append(hatch);
  page.append(
    defs,
    svg("rect", { width: "100%", height: "100%", fill: "#ffffff" }),
    svg("text", { x: 12, y: 24, "font-size": 17, "font-weight": "bold" }, `Sluice, benchmark "${name}"`),
    svg("text", { x: 12, y: 44, "font-size": 11 }, `${date}, Node ${node}, ${machine}`),
    svg(
      "text",
      { x: 12, y: 58, "font-size": 11 },
      `Bars: medians of ${rounds} rounds, hatched where Sluice's own. Lines: from the least round to the most`,
    ),
  );

  let top = TITLE;
  for (const work of new Set(rows.map((row) => row.work))) {
    const own = rows.filter((row) => row.work === work);
    const height = own.length * BAR + 10;
    const chart = bars(document, own, height);
    chart.setAttribute("y", String(top + HEAD - 10));
    page.append(svg("text", { x: 12, y: top + 26, "font-size": 13, "font-weight": "bold" }, headOf(own[0])), chart);
    top += HEAD + height;
  }
  page.setAttribute("height", String(top));
  page.setAttribute("viewBox", `0 0 ${WIDTH} ${top}`);
  return `${page.outerHTML}\n`;
}

function bars(document, rows, height) {
  const bySubject = { y: "subject", sort: null };
  return draw({
    document,
    width: WIDTH,
    height,
    marginLeft: LABELS,
    marginRight: FIGURES,
    marginTop: 0,
    marginBottom: 10,
    x: { axis: null, domain: [0, Math.max(...rows.map((row) => row.max))] },
    y: { label: null, domain: rows.map((row) => row.subject), padding: 0.25, tickSize: 0 },
    style: { fontSize: "11px" },
    marks: [
      barX(rows, {
        x: "median",
        ...bySubject,
        fill: ({ subject }) => (isOurs(subject) ? `url(#${HATCH})` : LIGHT),
        stroke: INK,
      }),
      ruleY(rows, { x1: "min", x2: "max", ...bySubject, stroke: INK, strokeWidth: 1.5 }),
      text(rows, { x: "max", ...bySubject, text: ({ median }) => figure(median), textAnchor: "start", dx: 6 }),
      ruleX([0], { stroke: INK }),
    ],
  });
}

function isOurs(subject) {
  return subject.startsWith("sluice");
}
