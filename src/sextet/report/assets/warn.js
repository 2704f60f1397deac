// Calibration plot, and the spike timeline with hits, misses and false alarms.

function calibrationSection(host, view) {
  const part = view.calibration;
  const grid = el("div", { class: "grid two" });
  host.append(grid);
  const kinds = [["static", "Static", "cal-static"], ["online", "Online", "cal-online"]].filter(([name]) => part[name]);
  const left = el("div", { class: "host" });
  grid.append(el("div", {}, el("h3", {}, "Nominal against observed coverage"), key([...kinds.map(([, label, cls]) => [cls, label]), ["ideal", "Perfect"]]), left));
  chart(left, (width) => coverageSpec(part, kinds, width, view.header.unit));
  const right = el("div", { class: "host" });
  const steps = part.by_step.flatMap((row) => kinds.filter(([name]) => row[name]).map(([name, label, cls]) => [`${cls} l${row.level}`, `${label}, ${row.level} %`]));
  grid.append(el("div", {}, el("h3", {}, "Coverage by step of the horizon"), key(steps), right));
  chart(right, (width) => stepCoverageSpec(part, kinds, width));
}

function coverageSpec(part, kinds, width, unit) {
  const layers = [{ kind: "line", cls: "ideal", xs: [0, 100], ys: [0, 100] }];
  for (const [name, , cls] of kinds) {
    layers.push({ kind: "line", cls, xs: part.nominal, ys: part[name] });
    layers.push({ kind: "points", cls, xs: part.nominal, ys: part[name], size: name === "static" ? 4.5 : 3.5 });
  }
  const widths = (name) => part[`${name}_width`];
  return {
    title: "Nominal against observed coverage of central intervals",
    height: Math.min(Math.max(width * 0.72, 260), 360),
    x: { domain: [0, 100], kind: "number", suffix: " %", label: "nominal" },
    y: { domain: [0, 100], suffix: " %", label: "observed" },
    layers,
    hover: {
      xs: part.nominal,
      head: (k) => `Nominal ${part.nominal[k]} %`,
      rows: (k) => kinds.flatMap(([name, label, cls]) => [[cls, label, percentText(part[name][k])], [cls, `${label} width`, numberText(widths(name)[k], unit)]]),
    },
    table: () => ({
      head: ["Nominal", ...kinds.flatMap(([, label]) => [label, `${label} width${unit ? ` (${unit})` : ""}`])],
      rows: part.nominal.map((level, k) => [`${level} %`, ...kinds.flatMap(([name]) => [percentText(part[name][k]), numberText(widths(name)[k])])]),
    }),
  };
}

function stepCoverageSpec(part, kinds, width) {
  const steps = part.by_step.length ? part.by_step[0].static.length : 0;
  const xs = Array.from({ length: steps }, (_, h) => h + 1);
  const lines = part.by_step.flatMap((row) => kinds.filter(([name]) => row[name]).map(([name, label, cls]) => (
    { cls: `${cls} l${row.level}`, label: `${label}, ${row.level} %`, values: row[name] })));
  const lowest = extent([...lines.flatMap((line) => line.values), ...part.by_step.map((row) => row.level - 5)])[0];
  const layers = part.by_step.map((row) => ({ kind: "rule", axis: "y", at: row.level, cls: "ideal", label: `${row.level} % nominal` }));
  for (const line of lines) {
    layers.push({ kind: "line", cls: line.cls, xs, ys: line.values });
    if (steps < 2) layers.push({ kind: "points", cls: line.cls, xs, ys: line.values });
  }
  return {
    title: "Observed coverage by step of the horizon",
    height: Math.min(Math.max(width * 0.72, 260), 360),
    x: { domain: steps > 1 ? [1, steps] : [0, 2], kind: "step", label: "step of the horizon" },
    y: { domain: [Math.max(0, widened([lowest, 100], 5)[0]), 100], suffix: " %", label: "observed" },
    layers,
    hover: { xs, head: (h) => `Step ${h + 1}`, rows: (h) => lines.map((line) => [line.cls, line.label, percentText(line.values[h])]) },
    table: () => ({ head: ["Step", ...lines.map((line) => line.label)], rows: xs.map((step, h) => [String(step), ...lines.map((line) => percentText(line.values[h]))]) }),
  };
}

const STATES = [["hits", "Hit", "mark-dot-hit"], ["misses", "Miss", "mark-cross-miss"], ["false_alarms", "False alarm", "mark-triangle-false"]];

function spikesSection(host, view) {
  const part = view.spikes;
  const state = { track: 0, zoom: 1, place: 0 };
  const controls = el("div", { class: "controls" });
  if (part.tracks.length > 1) {
    controls.append(selectBox("Series", part.tracks.map((track) => track.name), 0, (k) => { state.track = k; redraw(); }).label);
  }
  const slider = (label, max, changed) => el("label", { class: "field" }, el("span", {}, label),
    el("input", { type: "range", min: 0, max, value: 0, step: 1, oninput() { changed(Number(this.value)); redraw(); } }));
  controls.append(slider("Zoom", 6, (value) => { state.zoom = 2 ** value; }), slider("Position", 100, (value) => { state.place = value / 100; }));
  const counts = el("div", { class: "legend plain" });
  const upper = el("div", { class: "host" });
  const lower = el("div", { class: "host" });
  host.append(controls, counts, upper, lower);
  const spec = (width, what) => spikeSpec(part, state, { width, what, unit: view.header.unit });
  const drawn = [chart(upper, (width) => spec(width, "y")), chart(lower, (width) => spec(width, "probability"))];
  function redraw() {
    const track = part.tracks[state.track];
    counts.replaceChildren(...STATES.map(([name, label, cls]) => el("span", {}, swatch(cls), `${label}: ${track[name].length}`)));
    for (const one of drawn) one.draw();
  }
  redraw();
  if (part.reliability) {
    const plot = el("div", { class: "host" });
    host.append(el("h3", {}, "Probability said against spikes seen"), key([["chance", "Spike probability"], ["ideal", "Perfect"]]), plot);
    chart(plot, (width) => reliabilitySpec(part.reliability, width));
  }
}

function reliabilitySpec(part, width) {
  const xs = part.said.map((value) => 100 * value);
  const ys = part.seen.map((value) => 100 * value);
  return {
    title: "Probability of a spike that was said against the share of spikes that was seen",
    height: Math.min(Math.max(width * 0.4, 220), 300),
    x: { domain: [0, 100], kind: "number", suffix: " %", label: "said" },
    y: { domain: [0, 100], suffix: " %", label: "seen" },
    layers: [
      { kind: "line", cls: "ideal", xs: [0, 100], ys: [0, 100] },
      { kind: "line", cls: "chance", xs, ys },
      { kind: "points", cls: "chance", xs, ys, size: 4.5 },
    ],
    hover: {
      xs,
      head: (k) => `Said ${percentText(xs[k])}`,
      rows: (k) => [["chance", "Seen", percentText(ys[k])], ["chance", "Steps", numberText(part.steps[k])]],
    },
    table: () => ({ head: ["Said", "Seen", "Steps"], rows: xs.map((said, k) => [percentText(said), percentText(ys[k]), numberText(part.steps[k])]) }),
  };
}

function spikeSpec(part, state, { width, what, unit }) {
  const track = part.tracks[state.track];
  const xs = stampsOf(track.times);
  const span = (xs[xs.length - 1] - xs[0]) / state.zoom;
  const from = xs[0] + (xs[xs.length - 1] - xs[0] - span) * state.place;
  const domain = [from, from + (span || 1)];
  const inside = (k) => xs[k] >= domain[0] && xs[k] <= domain[1];
  const values = track[what];
  const probability = what === "probability";
  const layers = probability
    ? [{ kind: "area", cls: "chance", xs, low: values.map((value) => (isNumber(value) ? 0 : null)), high: values }, { kind: "line", cls: "chance", xs, ys: values },
      { kind: "rule", axis: "y", at: part.threshold, cls: "threshold", left: true, label: `alarm at ${numberText(part.threshold, "", 3)}` }]
    : [{ kind: "line", cls: "truth thin", xs, ys: values }];
  for (const [name, , cls] of STATES) {
    const [, mark, look] = cls.split("-");
    layers.push({ kind: "points", cls: look, mark, xs: track[name].map((k) => xs[k]), ys: track[name].map((k) => values[k]), size: width < 600 ? 3.4 : 4.2 });
  }
  const visible = xs.map((_, k) => k).filter(inside);
  const told = new Map(STATES.flatMap(([name, label]) => track[name].map((k) => [k, label])));
  return {
    title: probability ? `Probability of a spike over time, ${track.name}` : `Target over time with its spikes, ${track.name}`,
    height: probability ? 210 : 190,
    x: { domain, kind: "time", hidden: !probability },
    y: probability ? { domain: [0, 1], letters: 6, label: "probability of a spike" } : { letters: 6, domain: widened(extent(visible.map((k) => values[k])), 4), label: `target${unit ? `, ${unit}` : ""}` },
    layers,
    hover: {
      xs: visible.map((k) => xs[k]),
      head: (j) => stampText(xs[visible[j]]),
      rows: (j) => {
        const k = visible[j];
        const out = [["truth", "Target", numberText(track.y[k], unit)], ["chance", "Probability", numberText(track.probability[k], "", 3)]];
        const found = STATES.find(([, label]) => label === told.get(k));
        return found ? [...out, [found[2], found[1], ""]] : out;
      },
    },
    table: probability ? () => spikeTable(track, xs, unit) : null,
  };
}

function spikeTable(track, xs, unit) {
  const rows = STATES.flatMap(([name, label]) => track[name].map((k) => [k, label])).sort((a, b) => a[0] - b[0]);
  return {
    head: ["Time", "What", `Target${unit ? ` (${unit})` : ""}`, "Probability"],
    rows: rows.map(([k, label]) => [stampText(xs[k]), label, numberText(track.y[k]), numberText(track.probability[k], "", 3)]),
  };
}
