// Training curves, one small chart a member, and the strips of data quality.

function trainingSection(host, view) {
  const names = nameIndex(view);
  const curves = view.training.curves;
  host.append(key([["curve-loss", "Training loss"], ["curve-select", "Selection loss"], ["mark-dot-kept", "Kept epoch"]]));
  const grid = el("div", { class: "grid many" });
  host.append(grid);
  const values = curves.flatMap((curve) => [...curve.loss, ...curve.select]).filter(isNumber);
  const log = values.length > 0 && Math.min(...values) > 0;
  const spread = extent(values);
  const domain = log ? [spread[0] * 0.94, spread[1] * 1.06] : widened(spread, 5);
  for (const curve of curves) {
    const plot = el("div", { class: "host" });
    grid.append(el("div", { class: `curve c${names.get(curve.name).slot}` },
      el("h3", {}, swatch(`block f${names.get(curve.name).slot}`), `${curve.name} `, el("small", {}, curve.detail)), plot));
    chart(plot, () => curveSpec(curve, domain, log));
  }
}

function curveSpec(curve, domain, log) {
  const epochs = curve.loss.length;
  const xs = curve.loss.map((_, k) => k + 1);
  const layers = [
    { kind: "line", cls: "curve-loss", xs, ys: curve.loss },
    { kind: "line", cls: "curve-select", xs, ys: curve.select },
  ];
  if (epochs === 1) layers.push({ kind: "points", cls: "kept", xs, ys: curve.loss, size: 3 });
  if (isNumber(curve.kept) && curve.kept < epochs) {
    const at = isNumber(curve.select[curve.kept]) ? curve.select[curve.kept] : curve.loss[curve.kept];
    layers.push({ kind: "points", cls: "kept", xs: [curve.kept + 1], ys: [at], size: 4.5 });
  }
  return {
    title: `Training of ${curve.name}, ${curve.detail}`,
    height: 210,
    x: { domain: epochs > 1 ? [1, epochs] : [0, 2], kind: "step", label: "epoch" },
    y: { domain, log, label: log ? "loss (log scale)" : "loss" },
    layers,
    hover: {
      xs,
      head: (k) => `Epoch ${k + 1}${k === curve.kept ? ", kept" : ""}`,
      rows: (k) => [["curve-loss", "Training", numberText(curve.loss[k])], ["curve-select", "Selection", numberText(curve.select[k])]],
    },
    table: () => ({ head: ["Epoch", "Training", "Selection"], rows: xs.map((epoch, k) => [String(epoch), numberText(curve.loss[k]), numberText(curve.select[k])]) }),
  };
}

function qualitySection(host, view) {
  const part = view.quality;
  const plot = el("div", { class: "host" });
  host.append(el("h3", {}, "What was observed, over time"), key([["block seen", "Observed"], ["block partly", "Partly"], ["block unseen", "Missing"]]), plot);
  const stamps = stampsOf(part.buckets);
  chart(plot, () => ({
    title: `Share of rows observed over time, ${part.strips.length} series`,
    draw: (width) => drawStrips(part.strips, stamps, width),
    table: () => ({
      head: ["Series", "Buckets with missing rows", "Smallest share observed"],
      rows: part.strips.map((strip) => {
        const seen = strip.observed.filter(isNumber);
        return [strip.name, `${seen.filter((share) => share < 1).length} of ${seen.length}`, percentText(100 * Math.min(...seen, 1))];
      }),
    }),
  }));
}

function drawStrips(strips, stamps, width) {
  const narrow = width < 600;
  const room = narrow ? 12 : 24;
  const name = (text) => (text.length > room ? `${text.slice(0, room - 1)}…` : text);
  const left = 10 + 7.1 * Math.min(room, Math.max(...strips.map((strip) => strip.name.length), 3));
  const row = strips.length > 12 ? 18 : 26;
  const floor = strips.length * row + 4;
  const root = svg("svg", { viewBox: `0 0 ${width} ${floor + 38}`, class: "chart", role: "img" });
  const step = (width - left - 8) / Math.max(stamps.length, 1);
  strips.forEach((strip, k) => {
    const middle = k * row + row / 2 + 2;
    root.append(svg("text", { class: "name", x: left - 8, y: middle + 4, "text-anchor": "end" }, svg("title", {}, strip.name), name(strip.name)));
    for (const [from, to, look] of runs(strip.observed)) {
      root.append(svg("rect", { class: `area ${look}`, x: left + from * step, y: middle - row * 0.36, width: Math.max((to - from) * step, 0.8), height: row * 0.72 }));
    }
  });
  const span = stamps.length > 1 ? stamps[1] - stamps[0] : DAY;
  const domain = [stamps[0], stamps[stamps.length - 1] + span];
  const spec = { x: { domain, kind: "time" }, y: {}, height: floor + 38 };
  root.append(axes(spec, { x: linear(domain, [left, width - 8]), y: null, yTicks: [], margin: { left, right: 8, bottom: 38 }, width, height: floor + 38 }));
  return root;
}

function runs(observed) {
  const look = (share) => (!isNumber(share) ? "" : share >= 1 ? "seen" : share <= 0 ? "unseen" : "partly");
  const out = [];
  observed.forEach((share, k) => {
    const now = look(share);
    const last = out[out.length - 1];
    if (last && last[2] === now && last[1] === k) last[1] = k + 1;
    else if (now) out.push([k, k + 1, now]);
  });
  return out;
}
