// Scales and ticks.

function linear(domain, range) {
  const width = domain[1] - domain[0] || 1;
  const scale = (value) => range[0] + ((value - domain[0]) / width) * (range[1] - range[0]);
  scale.domain = domain;
  return scale;
}

function logarithmic(domain, range) {
  const inner = linear(domain.map(Math.log10), range);
  const scale = (value) => inner(Math.log10(value));
  scale.domain = domain;
  return scale;
}

function niceStep(span, count) {
  const raw = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const best = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999);
  return best * power;
}

// Nice round ticks in the domain, with labels that all have the same decimals.
function numberTicks(domain, count, suffix) {
  const step = niceStep(domain[1] - domain[0] || 1, count);
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)));
  const fine = String(+step.toPrecision(3)).replace(".", "").includes("25") && step < 10 ? decimals + 1 : decimals;
  const ticks = [];
  for (let k = Math.ceil(domain[0] / step - 1e-9); k * step <= domain[1] + step * 1e-9; k += 1) {
    const value = k * step;
    const text = Math.abs(value) >= 1e6 ? compact(value) : grouped(value === 0 ? 0 : value, step >= 1 && step % 1 === 0 ? 0 : fine);
    ticks.push({ value, label: (text + (suffix || "")).replace("-", "−") });
  }
  return ticks;
}

function compact(value) {
  return value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 4 });
}

function widened(domain, count) {
  const step = niceStep(domain[1] - domain[0] || 1, count);
  return [Math.floor(domain[0] / step + 1e-9) * step, Math.ceil(domain[1] / step - 1e-9) * step];
}

function logTicks(domain, count) {
  const all = [];
  for (let power = Math.floor(Math.log10(domain[0])); power <= Math.ceil(Math.log10(domain[1])); power += 1) {
    for (const factor of [1, 1.5, 2, 3, 5, 7]) {
      const value = +(factor * 10 ** power).toPrecision(3);
      if (value >= domain[0] && value <= domain[1]) all.push(value);
    }
  }
  const every = Math.max(1, Math.ceil(all.length / count));
  return all.filter((_, k) => k % every === 0).map((value) => ({ value, label: String(value) }));
}

const MINUTE = 60000;
const HOUR = 3600000;
const TIME_STEPS = [
  1, 10, 100, 1000, 5000, 15000, 30000, MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR,
  3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY,
];

function timeTicks(domain, count) {
  const raw = (domain[1] - domain[0]) / Math.max(count, 1);
  const step = TIME_STEPS.find((candidate) => candidate >= raw);
  if (!step) return monthTicks(domain, raw / (30.44 * DAY));
  const ticks = [];
  let day = "";
  for (let wall = Math.ceil(wallOf(domain[0]) / step) * step; wall <= wallOf(domain[1]); wall += step) {
    const at = momentOf(wall);
    if (at === null || at < domain[0]) continue;
    const when = new Date(wall);
    const date = `${when.getUTCDate()} ${MONTHS[when.getUTCMonth()]}`;
    const clock = step < MINUTE
      ? `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}:${two(when.getUTCSeconds())}`
      : `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}`;
    if (step >= DAY) ticks.push({ value: at, label: date, below: date.slice(-3) === day ? "" : String(when.getUTCFullYear()) });
    else ticks.push({ value: at, label: clock, below: date === day ? "" : date });
    day = step >= DAY ? date.slice(-3) : date;
  }
  return ticks;
}

function monthTicks(domain, months) {
  const step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].find((candidate) => candidate >= months) || 2400;
  const start = new Date(wallOf(domain[0]));
  let month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step) * step;
  const ticks = [];
  let year = null;
  for (;; month += step) {
    const wall = Date.UTC(Math.floor(month / 12), ((month % 12) + 12) % 12);
    if (wall > wallOf(domain[1])) return ticks;
    const at = momentOf(wall);
    if (at === null || at < domain[0]) continue;
    const name = Math.floor(month / 12);
    if (step >= 12) ticks.push({ value: at, label: String(name) });
    else ticks.push({ value: at, label: MONTHS[month % 12], below: name === year ? "" : String(name) });
    year = name;
  }
}

function stepTicks(steps, count) {
  const step = Math.max(1, Math.round(niceStep(steps, count)));
  const ticks = [{ value: 1, label: "1" }];
  for (let at = step; at <= steps; at += step) {
    if (at > 1 && (at - 1) / steps > 0.6 / count) ticks.push({ value: at, label: String(at) });
  }
  return ticks;
}
