// Numbers, times and dates as the reader writes them.
import { _, language } from "./i18n.js";

/** Seconds as 1:02:03 or 2:03; with tenths where asked. */
export function clock(seconds, { tenths = false } = {}) {
  const whole = Math.max(0, tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60, rest = whole % 60;
  const tail = tenths ? rest.toFixed(1).padStart(4, "0") : String(Math.floor(rest)).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** Bytes as 12.3 MB. */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return new Intl.NumberFormat(language, { style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: power > 1 ? 1 : 0 })
    .format(bytes / 1000 ** power);
}

/** A date and time in the reader's own zone. */
export const moment = (date) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(date));

/** How long it takes still: "about 3 minutes". */
export function about(seconds) {
  const [value, unit] = seconds < 90 ? [Math.max(5, Math.round(seconds / 5) * 5), "second"]
    : seconds < 5400 ? [Math.round(seconds / 60), "minute"] : [Math.round(seconds / 3600), "hour"];
  return _("about {time}", { time: new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value) });
}
