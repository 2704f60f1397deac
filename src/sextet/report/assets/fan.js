// Fan chart: history, truth, the ensemble with its bands, and each member's median on demand.

function fanSection(host, view) {
  const fan = view.fan;
  const names = nameIndex(view);
  const unit = view.header.unit;
  const state = { window: fan.first, calibration: "static", on: new Set(["Truth", "Bands", "Ensemble"]) };
  const controls = el("div", { class: "controls" });
  const windowsOf = (series) => fan.windows.map((window, k) => k).filter((k) => fan.windows[k].series === series);
  let listed = windowsOf(fan.windows[state.window].series);
  const seriesBox = selectBox("Series", fan.series, fan.windows[state.window].series, (series) => {
    listed = windowsOf(series);
    state.window = listed[0];
    refill();
    redraw();
  });
  const windowBox = selectBox("Forecast", [], 0, (k) => { state.window = listed[k]; redraw(); });
  const move = (by) => {
    const place = Math.max(0, Math.min(listed.length - 1, listed.indexOf(state.window) + by));
    state.window = listed[place];
    windowBox.box.value = String(place);
    redraw();
  };
  const earlier = el("button", { type: "button", class: "arrow", "aria-label": "Earlier forecast", onclick: () => move(-1) }, "‹");
  const later = el("button", { type: "button", class: "arrow", "aria-label": "Later forecast", onclick: () => move(1) }, "›");
  const refill = () => {
    windowBox.box.replaceChildren(...listed.map((k, place) => el("option", { value: place, selected: k === state.window }, fan.windows[k].label)));
  };
  refill();
  if (fan.series.length > 1) controls.append(seriesBox.label);
  controls.append(el("div", { class: "pair" }, windowBox.label, earlier, later));
  const calibrations = choice("Calibration of the bands", [["static", "Static bands"], ["online", "Online bands"]], "static", (key) => {
    state.calibration = key;
    redraw();
  });
  controls.append(calibrations);
  const players = view.names.filter((name) => name.kind !== "ensemble");
  const entries = [
    { key: "Truth", label: "Truth", cls: "truth" },
    { key: "Ensemble", label: "Ensemble (median)", cls: "s10" },
    { key: "Bands", label: `${fan.windows[0].static.map((band) => band.level).join(", ")} % bands`, cls: "block band80" },
    ...players.map((name) => ({ key: name.name, label: name.name, cls: `s${name.slot}` })),
  ].filter((entry) => !players.some((name) => name.name === entry.key) || fan.windows.some((window) => window.lines.some((line) => line.name === entry.key)));
  const lines = legend(entries, state.on, () => redraw(), "Show or hide forecasters");
  const members = players.filter((name) => name.kind === "member").map((name) => name.name);
  const all = el("button", {
    type: "button", class: "all",
    onclick() {
      const every = members.every((name) => state.on.has(name));
      for (const name of members) if (every) state.on.delete(name); else state.on.add(name);
      pressLegend(lines, state.on);
      redraw();
    },
  }, "All members");
  if (members.length) lines.append(all);
  const plot = el("div", { class: "host" });
  host.append(controls, lines, plot);
  const drawn = chart(plot, (width) => fanSpec(fan.windows[state.window], fan, state, { names, unit, width }));
  function redraw() {
    const window = fan.windows[state.window];
    calibrations.hidden = !window.online;
    earlier.disabled = listed[0] === state.window;
    later.disabled = listed[listed.length - 1] === state.window;
    drawn.draw();
  }
  redraw();
}

function fanSpec(window, fan, state, { names, unit, width }) {
  const before = stampsOf(window.before);
  const times = stampsOf(window.times);
  const bands = window.online && state.calibration === "online" ? window.online : window.static;
  const keep = Math.min(before.length, Math.max(Math.round(times.length * (width < 600 ? 1.5 : 3)), width < 600 ? 18 : 36));
  const past = before.slice(before.length - keep);
  const history = window.history.slice(window.history.length - keep);
  const shown = window.lines.filter((line) => state.on.has(line.name));
  const has = (key) => state.on.has(key);
  const truth = has("Truth") && window.truth;
  const layers = [];
  const gap = times.length === 1 && past.length ? (times[0] - past[past.length - 1]) / 3 : 0;
  const alone = times.length === 1; // a horizon of one step has no line: points and short bars instead
  if (has("Bands")) for (const band of bands.slice().sort((a, b) => b.level - a.level)) {
    layers.push({ kind: "area", cls: `band${band.level}`, ...lasting(band, times, gap) });
  }
  layers.push({ kind: "line", cls: "truth", xs: past, ys: history });
  for (const line of shown) layers.push({ kind: "line", cls: `member s${names.get(line.name).slot}`, xs: times, ys: line.values });
  if (alone) for (const line of shown) layers.push({ kind: "points", cls: `f${names.get(line.name).slot}`, xs: times, ys: line.values });
  if (has("Ensemble")) layers.push({ kind: "line", cls: "s10 thick", xs: times, ys: window.median });
  if (alone && has("Ensemble")) layers.push({ kind: "points", cls: "f10", xs: times, ys: window.median, size: 5 });
  if (truth) {
    layers.push({ kind: "line", cls: "truth", xs: [...past.slice(-1), ...times], ys: [...history.slice(-1), ...window.truth] });
    if (times.length <= width / 14) layers.push({ kind: "points", cls: "truth", xs: times, ys: window.truth, size: 2.6 });
  }
  const cutoff = past.length ? past[past.length - 1] : times[0];
  layers.push({ kind: "rule", axis: "x", at: cutoff, cls: "cutoff", label: "cutoff" });
  const values = layers.flatMap((layer) => [...(layer.ys || []), ...(layer.low || []), ...(layer.high || [])]);
  const domain = widened(extent(values), 6);
  const xs = [...past, ...times];
  const offset = past.length;
  const rows = (k) => {
    if (k < offset) return [["truth", "History", numberText(history[k], unit)]];
    const h = k - offset;
    const out = [];
    if (window.truth) out.push(["truth", "Truth", numberText(window.truth[h], unit)]);
    out.push(["s10", "Ensemble", numberText(window.median[h], unit)]);
    for (const band of bands.filter((one) => one.level !== 50)) {
      out.push([`block band${band.level}`, `${band.level} %`, `${numberText(band.low[h])} to ${numberText(band.high[h])}`]);
    }
    for (const line of shown) out.push([`s${names.get(line.name).slot}`, line.name, numberText(line.values[h], unit)]);
    return out;
  };
  return {
    title: `Forecast of ${fan.series[window.series]}, ${window.label}`,
    height: width < 600 ? 300 : 400,
    x: { domain: [xs[0], Math.max(xs[xs.length - 1] + gap, xs[0] + 1)], kind: "time" },
    y: { domain, label: unit || "unit of the target" },
    layers,
    hover: { xs, rows, head: (k) => (k < offset ? stampText(xs[k]) : `${stampText(xs[k])}, step ${k - offset + 1}`) },
    table: () => fanTable(window, bands, times, unit),
  };
}

function lasting(band, times, gap) {
  if (!gap) return { xs: times, low: band.low, high: band.high };
  return { xs: [times[0] - gap, times[0] + gap], low: [band.low[0], band.low[0]], high: [band.high[0], band.high[0]] };
}

function fanTable(window, bands, times, unit) {
  const heads = bands.flatMap((band) => [`${band.level} % low`, `${band.level} % high`]);
  const head = ["Time", window.truth ? "Truth" : null, "Ensemble", ...heads, ...window.lines.map((line) => line.name)];
  const rows = times.map((at, h) => [
    stampText(at),
    window.truth ? numberText(window.truth[h]) : null,
    numberText(window.median[h]),
    ...bands.flatMap((band) => [numberText(band.low[h]), numberText(band.high[h])]),
    ...window.lines.map((line) => numberText(line.values[h])),
  ].filter((cell) => cell !== null));
  return { head: head.filter((text) => text !== null).map((text, k) => (k === 1 && unit ? `${text} (${unit})` : text)), rows };
}

function nameIndex(view) {
  return new Map(view.names.map((name) => [name.name, name]));
}
