/**
 * The picture of a stream: a gate and a window for each direction, and a line for its rates. It draws what it is given;
 * the same figures stand in a table beside it, for those who cannot see it.
 */
import type { DirectionStats } from "sluice";

const SVG = "http://www.w3.org/2000/svg";

/** The drawing's own units. */
const LANE = { width: 240, height: 40, gate: 16, top: 10, bottom: 34 };
const SPARK = { width: 480, height: 64 };

/** Points of the line: with eight samples a second, the last 20 seconds, and of a young stream 5. */
const POINTS = { least: 40, most: 160 };

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** One direction: the window as a basin, what is under way as the water in it, and the gate, which a style shuts. */
export class Lane {
  readonly #water: SVGElement;
  readonly #credit: SVGElement;

  constructor(svg: SVGSVGElement, cells: number) {
    const { width, height, gate, top, bottom } = LANE;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    const basin = { x: gate, y: top, height: bottom - top };
    this.#credit = element("rect", { ...basin, width: width - gate, class: "credit" });
    this.#water = element("rect", { ...basin, width: 0, class: "water" });
    const marks = Array.from({ length: cells - 1 }, (_, i) => {
      const x = gate + ((i + 1) * (width - gate)) / cells;
      return element("line", { x1: x, x2: x, y1: top, y2: bottom, class: "mark" });
    });
    const post = element("rect", { x: 4, y: 2, width: 4, height: height - 4, class: "gate" });
    const empty = element("rect", { ...basin, width: width - gate, class: "basin" });
    svg.replaceChildren(empty, this.#credit, this.#water, ...marks, post);
  }

  draw({ credit, highWaterMark, inFlight }: DirectionStats): void {
    const { width, gate } = LANE;
    const basin = width - gate;
    const share = (bytes: number): number => Math.min(1, highWaterMark > 0 ? bytes / highWaterMark : 0);
    const water = basin * share(inFlight);
    const free = Math.min(basin - water, basin * share(credit));
    // The far side is at the right: what has been sent lies there, what may still be sent is at the gate.
    this.#water.setAttribute("x", String(width - water));
    this.#water.setAttribute("width", String(water));
    this.#credit.setAttribute("width", String(free));
  }
}

/** What is read and what is taken, over the last seconds. */
export class Spark {
  readonly #area: SVGElement;
  readonly #read: SVGElement;
  readonly #taken: SVGElement;
  readonly #points: { readonly read: number; readonly taken: number }[] = [];

  constructor(svg: SVGSVGElement) {
    svg.setAttribute("viewBox", `0 0 ${SPARK.width} ${SPARK.height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    this.#area = element("path", { class: "area" });
    this.#read = element("polyline", { class: "read" });
    this.#taken = element("polyline", { class: "taken" });
    svg.replaceChildren(this.#area, this.#read, this.#taken);
  }

  /** The largest rate in sight. */
  get peak(): number {
    return Math.max(0, ...this.#points.flatMap(({ read, taken }) => [read, taken]));
  }

  add(read: number, taken: number): void {
    if (this.#points.push({ read, taken }) > POINTS.most) this.#points.shift();
    const top = this.peak || 1;
    const last = this.#points.length - 1;
    const across = Math.max(last, POINTS.least - 1);
    const line = (of: "read" | "taken"): string =>
      this.#points
        .map((point, i) => {
          const x = SPARK.width * (1 - (last - i) / across);
          const y = SPARK.height - 2 - (SPARK.height - 6) * (point[of] / top);
          return `${x.toFixed(1)},${y.toFixed(1)}`;
        })
        .join(" ");
    const points = line("read");
    const left = points.slice(0, points.indexOf(","));
    this.#read.setAttribute("points", points);
    this.#taken.setAttribute("points", line("taken"));
    this.#area.setAttribute("d", `M${left},${SPARK.height} L${points} L${SPARK.width},${SPARK.height} Z`);
  }
}
