// One chart: axes, layers (areas, lines, points, rules), a crosshair that mouse, touch and arrow keys move.
//
// spec: { title, height, x: {domain, kind: "time" | "step" | "number", label, suffix, ticks}, y: {domain, label, log,
//   suffix, letters: room for labels}, layers: [...], draw(width) -> svg instead of all that, hover: {xs, rows(k) -> [[class, name, text], ...], head(k)}, table() -> {head, rows} }
// layer: {kind: "line" | "area" | "points" | "rule", cls, xs, ys | low, high, at, axis, mark}

const charts = [];
let paperWidth = null; // fixed width while printing

function chart(host, makeSpec) {
  const frame = el("div", { class: "plot" });
  const tip = el("div", { class: "tip", hidden: true });
  const spoken = el("p", { class: "spoken", "aria-live": "polite" });
  const table = el("details", { class: "data" }, el("summary", {}, "Show as table"));
  host.append(frame, tip, spoken, table);
  const self = {
    drawn: 0,
    draw() {
      const width = Math.floor(paperWidth ? (host.closest(".many") ? 320 : paperWidth) : host.clientWidth);
      if (!width) return;
      self.drawn = width;
      tip.hidden = true;
      const spec = makeSpec(width);
      table.hidden = !spec.table;
      frame.replaceChildren(drawChart(spec, width, { tip, spoken, host }));
      if (table.open) fillTable(table, spec);
    },
  };
  table.addEventListener("toggle", () => {
    if (table.open) fillTable(table, makeSpec(host.clientWidth));
  });
  new ResizeObserver(() => {
    if (!paperWidth && host.clientWidth && Math.floor(host.clientWidth) !== self.drawn) self.draw();
  }).observe(host);
  charts.push(self);
  self.draw();
  return self;
}

function fillTable(details, spec) {
  const { head, rows } = spec.table();
  const box = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${spec.title}, as a table` },
    el("table", {},
      el("thead", {}, el("tr", {}, head.map((text, k) => el("th", { scope: "col", class: k ? "num" : null }, text)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((text, k) => (k ? el("td", { class: "num" }, text) : el("th", { scope: "row" }, text))))))));
  details.replaceChildren(details.firstElementChild, box);
}

function drawChart(spec, width, parts) {
  if (spec.draw) {
    const own = spec.draw(width);
    own.setAttribute("aria-label", spec.title);
    return own;
  }
  const height = spec.height;
  const narrow = width < 480;
  const yTicks = spec.y.log ? logTicks(spec.y.domain, 6) : numberTicks(spec.y.domain, Math.max(2, Math.round(height / 52)), spec.y.suffix);
  const longest = Math.max(...yTicks.map((tick) => tick.label.length), spec.y.letters || 1);
  const margin = { left: 12 + 7.2 * longest, right: narrow ? 8 : 16, top: spec.y.label ? 26 : 10, bottom: spec.x.label ? 50 : 36 };
  if (spec.x.hidden) margin.bottom = 10;
  const x = linear(spec.x.domain, [margin.left, width - margin.right]);
  const y = (spec.y.log ? logarithmic : linear)(spec.y.domain, [height - margin.bottom, margin.top]);
  const root = svg("svg", {
    viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", tabindex: spec.hover ? "0" : null,
    "aria-label": spec.title,
  });
  const clip = `clip${clipCount += 1}`;
  root.append(svg("clipPath", { id: clip }, svg("rect", {
    x: margin.left - 6, y: margin.top - 6, width: Math.max(width - margin.left - margin.right + 12, 1), height: height - margin.top - margin.bottom + 12,
  })));
  root.append(axes(spec, { x, y, yTicks, margin, width, height }));
  const body = svg("g", { "clip-path": `url(#${clip})` });
  for (const layer of spec.layers) body.append(drawLayer(layer, x, y, { margin, width, height }));
  root.append(body);
  for (const layer of spec.layers) {
    if (layer.kind === "rule" && layer.label) root.append(ruleLabel(layer, x, y, { margin, width }));
  }
  if (spec.hover) addHover(root, spec, { x, margin, width, height, ...parts });
  return root;
}

let clipCount = 0;

function axes(spec, { x, y, yTicks, margin, width, height }) {
  const group = svg("g", { class: "axes", "aria-hidden": "true" });
  for (const tick of yTicks) {
    const at = y(tick.value);
    group.append(svg("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: at, y2: at }));
    group.append(svg("text", { x: margin.left - 8, y: at + 4, "text-anchor": "end" }, tick.label));
  }
  if (spec.y.label) group.append(svg("text", { class: "axis", x: 2, y: 13 }, spec.y.label));
  if (spec.x.hidden) return group;
  const floor = height - margin.bottom;
  group.append(svg("line", { class: "base", x1: margin.left, x2: width - margin.right, y1: floor, y2: floor }));
  let free = -Infinity;
  for (const tick of xTicks(spec.x, width - margin.left - margin.right)) {
    const at = x(tick.value);
    const half = (tick.label.length * 6.6) / 2;
    if (at - half < free) continue;
    free = at + half + 6;
    const anchor = at + half > width ? "end" : at - half < 0 ? "start" : "middle";
    group.append(svg("line", { class: "base", x1: at, x2: at, y1: floor, y2: floor + 4 }));
    group.append(svg("text", { x: anchor === "end" ? width - 1 : at, y: floor + 17, "text-anchor": anchor }, tick.label));
    if (tick.below && at + tick.below.length * 3.4 < width) {
      group.append(svg("text", { class: "axis", x: at, y: floor + 31, "text-anchor": "middle" }, tick.below));
    }
  }
  if (spec.x.label) group.append(svg("text", { class: "axis", x: (margin.left + width - margin.right) / 2, y: height - 5, "text-anchor": "middle" }, spec.x.label));
  return group;
}

function xTicks(axis, pixels) {
  if (axis.ticks) return axis.ticks;
  if (axis.kind === "time") return timeTicks(axis.domain, Math.max(2, pixels / 84));
  if (axis.kind === "step") return stepTicks(Math.floor(axis.domain[1]), Math.max(2, pixels / 64));
  return numberTicks(axis.domain, Math.max(2, pixels / 70), axis.suffix);
}

function drawLayer(layer, x, y, { margin, width, height }) {
  const cls = `${layer.kind} ${layer.cls || ""}`;
  if (layer.kind === "line") return svg("path", { class: cls, d: linePath(layer.xs, layer.ys, x, y) });
  if (layer.kind === "area") return svg("path", { class: cls, d: areaPath(layer.xs, layer.low, layer.high, x, y) });
  if (layer.kind === "points") return svg("path", { class: cls, d: marks(layer, x, y) });
  const [x1, x2, y1, y2] = layer.axis === "x"
    ? [x(layer.at), x(layer.at), margin.top - 6, height - margin.bottom]
    : [margin.left, width - margin.right, y(layer.at), y(layer.at)];
  return svg("line", { class: cls, x1, x2, y1, y2 });
}

function ruleLabel(layer, x, y, { margin, width }) {
  if (layer.axis === "x") {
    const end = x(layer.at) > width * 0.7;
    return svg("text", { class: "note", x: x(layer.at) + (end ? -6 : 6), y: margin.top + 4, "text-anchor": end ? "end" : "start" }, layer.label);
  }
  const [at, anchor] = layer.left ? [margin.left + 4, "start"] : [width - margin.right - 2, "end"];
  return svg("text", { class: "note", x: at, y: y(layer.at) - 5, "text-anchor": anchor }, layer.label);
}

// More points than pixels are drawn as the lowest and highest of each pixel column, so that no peak is lost.
function thinned(xs, ys, x) {
  if (xs.length < 2500) return ys.map((value, k) => [xs[k], value]);
  const out = [];
  let column = null;
  let low = null;
  let high = null;
  const flush = () => {
    if (low) out.push(...(low[0] <= high[0] ? [low, high] : [high, low]));
    low = null;
  };
  for (let k = 0; k < xs.length; k += 1) {
    const at = Math.round(x(xs[k]));
    if (at !== column) { flush(); column = at; }
    if (!isNumber(ys[k])) { if (!low) out.push([xs[k], null]); continue; }
    if (!low) { low = [xs[k], ys[k]]; high = low; }
    if (ys[k] < low[1]) low = [xs[k], ys[k]];
    if (ys[k] > high[1]) high = [xs[k], ys[k]];
  }
  flush();
  return out;
}

function linePath(xs, ys, x, y) {
  let path = "";
  let open = false;
  let alone = null;
  const dot = () => { if (alone !== null) path += `h0.01`; };
  for (const [at, value] of thinned(xs, ys, x)) {
    if (!isNumber(value)) { dot(); alone = null; open = false; continue; }
    alone = open ? null : at;
    path += `${open ? "L" : "M"}${x(at).toFixed(1)},${y(value).toFixed(1)}`;
    open = true;
  }
  dot();
  return path;
}

function areaPath(xs, low, high, x, y) {
  let path = "";
  let run = [];
  const close = () => {
    if (run.length) {
      const upper = run.map((k) => `${x(xs[k]).toFixed(1)},${y(high[k]).toFixed(1)}`);
      const lower = run.slice().reverse().map((k) => `${x(xs[k]).toFixed(1)},${y(low[k]).toFixed(1)}`);
      path += `M${upper.join("L")}L${lower.join("L")}Z`;
    }
    run = [];
  };
  xs.forEach((_, k) => { if (isNumber(low[k]) && isNumber(high[k])) run.push(k); else close(); });
  close();
  return path;
}

const SHAPES = {
  dot: (px, py, r) => `M${px - r},${py}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`,
  cross: (px, py, r) => `M${px - r},${py - r}L${px + r},${py + r}M${px - r},${py + r}L${px + r},${py - r}`,
  triangle: (px, py, r) => `M${px},${py - r * 1.2}L${px + r * 1.1},${py + r * 0.8}L${px - r * 1.1},${py + r * 0.8}Z`,
};

function marks(layer, x, y) {
  const shape = SHAPES[layer.mark || "dot"];
  let path = "";
  layer.xs.forEach((at, k) => {
    if (isNumber(layer.ys[k])) path += shape(+x(at).toFixed(1), +y(layer.ys[k]).toFixed(1), layer.size || 4);
  });
  return path;
}
