import { language } from './language';

// 75 000 -> "1:15"; an hour and more -> "1:02:03".
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const rest = `${String(Math.floor(seconds / 60) % 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${rest.padStart(5, '0')}` : rest;
}

export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function dateText(time: string): string {
  return new Date(time).toLocaleDateString(language.value, { year: 'numeric', month: 'short', day: 'numeric' });
}

export function timeText(time: string): string {
  return new Date(time).toLocaleString(language.value, {
    month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false,
  });
}

const kUnits: [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60_000], ['hour', 3_600_000], ['day', 86_400_000],
];

// "5分钟前" within a week, the date after that.
export function agoText(time: string, now = Date.now()): string {
  const passed = now - Date.parse(time);
  if (!(passed < 7 * 86_400_000)) return dateText(time);
  const [unit, size] = [...kUnits].reverse().find(([, ms]) => passed >= ms) ?? kUnits[0]!;
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style: 'short' });
  return format.format(-Math.max(0, Math.floor(passed / size)), unit);
}
