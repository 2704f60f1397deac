// The sections of a backtest's report: differences to the ensemble, scores by group, time spent.

const SECTIONS = {
  differences: differencesSection,
  fan: fanSection,
  steps: (host, view) => groupsSection(host, view, view.steps),
  coverage: (host, view) => groupsSection(host, view, view.coverage),
  clock: clockSection,
  spent: spentSection,
};

function clockSection(host, view) {
  const grid = el("div", { class: "grid two" });
  host.append(grid);
  for (const [title, part] of [["By hour of the day", view.clock.hours], ["By weekday", view.clock.weekdays]]) {
    if (!part) continue;
    const side = el("div", {}, el("h3", {}, title));
    grid.append(side);
    groupsSection(side, view, part);
  }
}

// Lines of one score by group; which score and whose lines is chosen above.
function groupsSection(host, view, part) {
  const names = nameIndex(view);
  const state = { score: 0, on: new Set(part.shown) };
  const controls = el("div", { class: "controls" });
  if (part.scores.length > 1) {
    controls.append(choice("What is shown", part.scores.map((score, k) => [k, score.label]), 0, (k) => { state.score = k; drawn.draw(); }));
  }
  const all = new Map();
  for (const score of part.scores) for (const line of score.lines) all.set(line.name, names.get(line.name));
  const order = view.names.filter((name) => all.has(name.name));
  const lines = legend(order.map((name) => ({ key: name.name, label: name.name, cls: `s${name.slot}` })), state.on, () => drawn.draw(), "Show or hide forecasters");
  const plot = el("div", { class: "host" });
  host.append(controls, lines, plot);
  const drawn = chart(plot, (width) => groupsSpec(part, part.scores[state.score], state.on, { names, width }));
}

function groupsSpec(part, score, on, { names, width }) {
  const rank = (line) => (names.get(line.name).kind === "ensemble" ? 1 : 0);
  const lines = score.lines.filter((line) => on.has(line.name)).sort((a, b) => rank(a) - rank(b));
  const count = part.labels.length;
  const xs = part.labels.map((_, k) => k + 1);
  const text = (value) => (score.format === "percent" ? percentText(value) : numberText(value, score.unit));
  const layers = [];
  if (isNumber(score.ideal)) layers.push({ kind: "rule", axis: "y", at: score.ideal, cls: "ideal", label: `nominal ${score.ideal} %` });
  for (const line of lines) {
    const one = names.get(line.name);
    layers.push({ kind: "line", cls: `s${one.slot} ${one.kind === "ensemble" ? "thick" : "member"}`, xs, ys: line.values });
    if (count <= 31) layers.push({ kind: "points", cls: `f${one.slot}`, xs, ys: line.values, size: 3 });
  }
  const values = lines.flatMap((line) => line.values);
  if (isNumber(score.ideal)) values.push(score.ideal);
  const [low, high] = widened(extent(values), 6);
  const domain = score.format === "percent" ? [Math.max(low, 0), Math.min(high, 100)] : [low, high];
  const head = (k) => (part.axis === "step of the horizon" ? `Step ${part.labels[k]}` : part.labels[k]);
  return {
    title: `${score.label} by ${part.axis}`,
    height: 300,
    x: { domain: count > 1 ? [1, count] : [0, 2], kind: "step", label: part.axis, ticks: groupTicks(part, width) },
    y: { domain, label: `${score.label}${score.unit ? `, ${score.unit}` : ""}`, suffix: score.format === "percent" ? " %" : "" },
    layers,
    hover: { xs, head, rows: (k) => lines.map((line) => [`s${names.get(line.name).slot}`, line.name, text(line.values[k])]).reverse() },
    table: () => ({
      head: [part.axis, ...score.lines.map((line) => line.name)],
      rows: part.labels.map((label, k) => [label, ...score.lines.map((line) => text(line.values[k]))]),
    }),
  };
}

// Named groups get ticks of their own; steps those of any axis of steps.
function groupTicks(part, width) {
  if (part.axis === "step of the horizon") return null;
  const longest = Math.max(...part.labels.map((label) => label.length));
  const room = Math.max(1, Math.floor((width - 60) / (longest * 7 + 14)));
  const every = [1, 2, 3, 4, 6, 12].find((step) => part.labels.length / step <= room) || 12;
  return part.labels.map((label, k) => ({ value: k + 1, label })).filter((_, k) => k % every === 0);
}

function differencesSection(host, view) {
  const part = view.differences;
  const names = nameIndex(view);
  const state = { loss: 0 };
  if (part.losses.length > 1) {
    host.append(el("div", { class: "controls" }, choice("Loss", part.losses.map((loss, k) => [k, loss.label]), 0, (k) => { state.loss = k; drawn.draw(); })));
  }
  const plot = el("div", { class: "host" });
  host.append(plot);
  const drawn = chart(plot, () => differencesSpec(part, part.losses[state.loss], names));
}

function differencesSpec(part, loss, names) {
  const signed = (value) => (isNumber(value) && value > 0.05 ? `+${percentText(value)}` : percentText(value));
  const chance = (value) => (!isNumber(value) ? "–" : value < 0.001 ? "< 0.001" : value.toFixed(3));
  const title = loss.rows.map((row) => `${row.name} ${signed(row.difference)}`).join(", ");
  return {
    title: `${loss.label} compared with ${part.against}: ${title}`,
    draw: (width) => drawDifferences(loss.rows, names, { width, against: part.against, signed }),
    table: () => ({
      head: ["Forecaster", `${loss.label} to ${part.against}`, "Low", "High", "p"],
      rows: loss.rows.map((row) => [row.name, signed(row.difference), signed(row.low), signed(row.high), chance(row.chance)]),
    }),
  };
}

// A point with its interval for each forecaster; what lies far beyond the others ends in an arrow at the edge.
function drawDifferences(rows, names, { width, against, signed }) {
  const reach = rows.map((row) => Math.max(...[row.difference, row.low, row.high].filter(isNumber).map(Math.abs), 0)).sort((a, b) => a - b);
  const limit = Math.max(5, 1.3 * reach[Math.floor((reach.length - 1) * 0.75)]);
  const values = rows.flatMap((row) => [row.difference, row.low, row.high]).filter(isNumber).map((value) => Math.max(-limit, Math.min(limit, value)));
  const [low, high] = widened([Math.min(0, ...values), Math.max(0, ...values)], 6);
  const left = 8 + 7.1 * Math.max(...rows.map((row) => row.name.length), 6);
  const right = 76;
  const step = 34;
  const floor = rows.length * step + 4;
  const x = linear([low, high], [left, width - right]);
  const inside = (value) => x(Math.max(low, Math.min(high, value)));
  const root = svg("svg", { viewBox: `0 0 ${width} ${floor + 42}`, class: "chart", role: "img" });
  for (const tick of numberTicks([low, high], Math.max(3, (width - left - right) / 80), " %")) {
    root.append(svg("line", { class: "grid", x1: x(tick.value), x2: x(tick.value), y1: 4, y2: floor }));
    root.append(svg("text", { x: x(tick.value), y: floor + 16, "text-anchor": "middle" }, tick.label));
  }
  root.append(svg("line", { class: "base", x1: x(0), x2: x(0), y1: 4, y2: floor }));
  rows.forEach((row, k) => {
    const slot = names.get(row.name).slot;
    const y = k * step + step / 2 + 4;
    root.append(svg("text", { class: "name", x: left - 8, y: y + 4, "text-anchor": "end" }, row.name));
    root.append(svg("text", { class: "value", x: width - right + 10, y: y + 4 }, signed(row.difference)));
    if (isNumber(row.low) && isNumber(row.high)) {
      root.append(svg("path", { class: `whisker s${slot}`, d: `M${inside(row.low)},${y}H${inside(row.high)}` }));
      for (const bound of [row.low, row.high]) {
        if (bound >= low && bound <= high) root.append(svg("path", { class: `whisker s${slot}`, d: `M${x(bound)},${y - 5}v10` }));
      }
    }
    if (!isNumber(row.difference)) return;
    const at = inside(row.difference);
    if (row.difference > high) root.append(svg("path", { class: `area f${slot}`, d: `M${at - 7},${y - 6}l9,6l-9,6Z` }));
    else if (row.difference < low) root.append(svg("path", { class: `area f${slot}`, d: `M${at + 7},${y - 6}l-9,6l9,6Z` }));
    else root.append(svg("circle", { class: `area f${slot}`, cx: at, cy: y, r: 5.5 }));
  });
  const words = [`0 = as good as ${against}; right of it: worse`, `0 = as good as ${against}`].find((text) => text.length * 6.3 < width - 8) || "";
  const half = (words.length * 6.3) / 2;
  root.append(svg("text", { class: "axis", x: Math.max(half + 4, Math.min(x(0), width - half - 4)), y: floor + 36, "text-anchor": "middle" }, words));
  return root;
}

function spentSection(host, view) {
  const part = view.spent;
  const names = nameIndex(view);
  host.append(key([["block f10", "Fitting"], ["block f10 faint", "Forecasting"]]));
  const plot = el("div", { class: "host" });
  host.append(plot);
  chart(plot, () => ({
    title: `Seconds spent: ${part.names.map((name, k) => `${name} ${secondsText(part.fit[k] + part.answer[k])}`).join(", ")}`,
    draw: (width) => drawSpent(part, names, width),
    table: () => ({
      head: ["Forecaster", "Fitting (s)", "Forecasting (s)"],
      rows: part.names.map((name, k) => [name, numberText(part.fit[k]), numberText(part.answer[k])]),
    }),
  }));
}

function drawSpent(part, names, width) {
  const totals = part.names.map((_, k) => (part.fit[k] || 0) + (part.answer[k] || 0));
  const left = 8 + 7.1 * Math.max(...part.names.map((name) => name.length), 6);
  const right = 72;
  const bar = 30;
  const [low, high] = widened([0, Math.max(...totals, 1e-3)], 5);
  const x = linear([low, high], [left, width - right]);
  const floor = part.names.length * bar + 4;
  const root = svg("svg", { viewBox: `0 0 ${width} ${floor + 24}`, class: "chart bars", role: "img" });
  for (const tick of numberTicks([low, high], Math.max(2, (width - left - right) / 90), " s")) {
    root.append(svg("line", { class: "grid", x1: x(tick.value), x2: x(tick.value), y1: 4, y2: floor }));
    root.append(svg("text", { x: x(tick.value), y: floor + 16, "text-anchor": "middle" }, tick.label));
  }
  part.names.forEach((name, k) => {
    const one = names.get(name);
    const y = k * bar + bar / 2 + 4;
    const middle = x(part.fit[k] || 0);
    root.append(svg("text", { class: "name", x: left - 8, y: y + 4, "text-anchor": "end" }, name));
    root.append(svg("rect", { class: `area f${one.slot}`, x: left, y: y - 8, width: Math.max(middle - left, 0.5), height: 16 }));
    root.append(svg("rect", { class: `area f${one.slot} faint`, x: middle, y: y - 8, width: Math.max(x(totals[k]) - middle, 0.5), height: 16 }));
    root.append(svg("text", { class: "value", x: x(totals[k]) + 6, y: y + 4 }, secondsText(totals[k])));
  });
  root.append(svg("line", { class: "base", x1: left, x2: left, y1: 4, y2: floor }));
  return root;
}

function secondsText(seconds) {
  if (seconds < 0.1) return "< 0.1 s";
  if (seconds < 120) return `${grouped(seconds, seconds < 10 ? 1 : 0)} s`;
  return seconds < 7200 ? `${grouped(seconds / 60, 0)} min` : `${grouped(seconds / 3600, 1)} h`;
}
