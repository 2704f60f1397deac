// Weights by horizon, and skill against the reference.

function weightsSection(host, view) {
  const names = nameIndex(view);
  const sets = view.weights.sets;
  const state = { set: 0 };
  const titles = { all: "All windows", calm: "Calm regime", spike: "Spike regime" };
  if (sets.length > 1) {
    const options = sets.map((one, k) => [k, titles[one.regime] || one.regime]);
    host.append(el("div", { class: "controls" }, choice("Regime", options, 0, (k) => { state.set = k; drawn.draw(); })));
  }
  host.append(key(sets[0].lines.map((line) => [`block f${names.get(line.name).slot}`, line.name])));
  const plot = el("div", { class: "host" });
  host.append(plot);
  const drawn = chart(plot, (width) => weightsSpec(sets[state.set], names, width));
}

// Stacked blocks: the weight of a step is drawn from half a step before it to half a step after it.
function weightsSpec(set, names, width) {
  const steps = set.lines.length ? set.lines[0].values.length : 0;
  const edges = Array.from({ length: steps }, (_, h) => [h + 0.5, h + 1.5]).flat();
  let floor = new Array(steps).fill(0);
  const layers = set.lines.map((line) => {
    const top = floor.map((value, h) => value + 100 * (line.values[h] || 0));
    const layer = {
      kind: "area", cls: `f${names.get(line.name).slot} stacked`, xs: edges,
      low: floor.flatMap((value) => [value, value]), high: top.flatMap((value) => [value, value]),
    };
    floor = top;
    return layer;
  });
  const xs = Array.from({ length: steps }, (_, h) => h + 1);
  return {
    title: "Weight of each member by horizon step",
    height: 280,
    x: { domain: [0.5, steps + 0.5], kind: "step", label: "step of the horizon" },
    y: { domain: [0, 100], label: "weight", suffix: " %" },
    layers,
    hover: {
      xs,
      head: (h) => `Step ${h + 1}`,
      rows: (h) => set.lines.map((line) => [`block f${names.get(line.name).slot}`, line.name, percentText(100 * (line.values[h] || 0))]).reverse(),
    },
    table: () => ({
      head: ["Step", ...set.lines.map((line) => line.name)],
      rows: xs.map((step, h) => [String(step), ...set.lines.map((line) => percentText(100 * (line.values[h] || 0)))]),
    }),
  };
}

function skillSection(host, view) {
  const skill = view.skill;
  const names = nameIndex(view);
  const grid = el("div", { class: "grid two" });
  host.append(grid);
  const left = el("div", { class: "host" });
  grid.append(el("div", {}, el("h3", {}, "Over the whole horizon"), left));
  chart(left, () => skillBars(skill, names, view.header.unit));
  const right = el("div", {}, el("h3", {}, "By step of the horizon"));
  grid.append(right);
  const shown = skill.by_step.map((line) => line.name);
  const state = { what: "skill", on: new Set(shown) };
  const entries = skill.mae_by_step.map((line) => ({ key: line.name, label: line.name, cls: `s${names.get(line.name).slot}` }));
  const controls = el("div", { class: "controls" }, choice("What is shown", [["skill", "Skill"], ["mae", "MAE"]], "skill", (what) => {
    state.what = what;
    if (what === "mae") state.on.add(skill.reference); else state.on.delete(skill.reference);
    pressLegend(lines, state.on);
    drawn.draw();
  }));
  const lines = legend(entries, state.on, () => drawn.draw(), "Show or hide forecasters");
  const plot = el("div", { class: "host" });
  right.append(controls, lines, plot);
  const drawn = chart(plot, (width) => skillLines(skill, state, names, { unit: view.header.unit, width }));
}

function skillLines(skill, state, names, { unit }) {
  const all = state.what === "skill" ? skill.by_step : skill.mae_by_step;
  const text = (value) => (state.what === "skill" ? percentText(value) : numberText(value, unit));
  const lines = all.filter((line) => state.on.has(line.name));
  const steps = all.length ? all[0].values.length : 0;
  const xs = Array.from({ length: steps }, (_, h) => h + 1);
  const values = lines.flatMap((line) => line.values);
  const rank = (line) => (names.get(line.name).kind === "ensemble" ? 1 : 0);
  const layers = state.what === "skill" ? [{ kind: "rule", axis: "y", at: 0, cls: "zero", label: skill.reference }] : [];
  for (const line of lines.slice().sort((a, b) => rank(a) - rank(b))) {
    const one = names.get(line.name);
    layers.push({ kind: "line", cls: `s${one.slot} ${one.kind === "ensemble" ? "thick" : "member"}`, xs, ys: line.values });
    if (steps === 1) layers.push({ kind: "points", cls: `f${one.slot}`, xs, ys: line.values });
  }
  return {
    title: `${state.what === "skill" ? "Skill" : "MAE"} by step of the horizon`,
    height: 300,
    x: { domain: steps > 1 ? [1, steps] : [0, 2], kind: "step", label: "step of the horizon" },
    y: { domain: widened(extent(state.what === "skill" || !values.length ? [...values, 0] : values), 6), label: state.what === "skill" ? "skill" : `MAE${unit ? `, ${unit}` : ""}`, suffix: state.what === "skill" ? " %" : "" },
    layers,
    hover: { xs, head: (h) => `Step ${h + 1}`, rows: (h) => lines.map((line) => [`s${names.get(line.name).slot}`, line.name, text(line.values[h])]) },
    table: () => ({ head: ["Step", ...all.map((line) => line.name)], rows: xs.map((step, h) => [String(step), ...all.map((line) => text(line.values[h]))]) }),
  };
}

// Horizontal bars; drawn by hand because their axis is the list of names.
function skillBars(skill, names, unit) {
  const rows = skill.bars;
  const bar = 38;
  const values = rows.map((row) => row.skill);
  const [low, high] = widened([Math.min(0, extent(values)[0]), Math.max(0, extent(values)[1])], 5);
  return {
    title: `Skill against ${skill.reference}: ${rows.map((row) => `${row.name} ${percentText(row.skill)}`).join(", ")}`,
    draw: (pixels) => drawBars(rows, names, { low, high, bar, width: pixels, reference: skill.reference }),
    table: () => ({
      head: ["Forecaster", "Skill", `MAE${unit ? ` (${unit})` : ""}`],
      rows: rows.map((row) => [row.name, percentText(row.skill), numberText(row.mae)]),
    }),
  };
}

function drawBars(rows, names, { low, high, bar, width, reference }) {
  const left = 8 + 7.1 * Math.max(...rows.map((row) => row.name.length), 6);
  const right = 64;
  const height = rows.length * bar + 44;
  const x = linear([low, high], [left, width - right]);
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart bars", role: "img" });
  for (const tick of numberTicks([low, high], Math.max(2, (width - left - right) / 80), " %")) {
    root.append(svg("line", { class: "grid", x1: x(tick.value), x2: x(tick.value), y1: 4, y2: rows.length * bar + 4 }));
    root.append(svg("text", { x: x(tick.value), y: rows.length * bar + 20, "text-anchor": "middle" }, tick.label));
  }
  rows.forEach((row, k) => {
    const one = names.get(row.name);
    const middle = k * bar + bar / 2 + 4;
    const strong = one.kind === "ensemble" ? "strong" : "";
    root.append(svg("text", { class: `name ${strong}`, x: left - 8, y: middle + 4, "text-anchor": "end" }, row.name));
    if (!isNumber(row.skill)) return;
    const [from, to] = [Math.min(x(0), x(row.skill)), Math.max(x(0), x(row.skill))];
    root.append(svg("rect", { class: `area f${one.slot}`, x: from, y: middle - 9, width: Math.max(to - from, 1), height: 18, rx: 3 }));
    root.append(svg("text", { class: `value ${strong}`, x: Math.max(to, x(0)) + 6, y: middle + 4 }, percentText(row.skill)));
  });
  root.append(svg("line", { class: "base", x1: x(0), x2: x(0), y1: 4, y2: rows.length * bar + 4 }));
  root.append(svg("text", { class: "axis", x: x(0), y: height - 6, "text-anchor": x(0) > width / 2 ? "end" : "start" }, `0 = as good as ${reference}`));
  return root;
}
