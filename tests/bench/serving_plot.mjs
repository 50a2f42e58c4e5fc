// Draws the numbers of serving.mjs: node serving_plot.mjs build/bench/serving.json docs/serving.svg
import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
const { about, rows } = JSON.parse(readFileSync(from, 'utf8'));
const drawn = rows.filter(({ skipped }) => !skipped);

const left = 310;
const width = 560;
const rowHeight = 26;
const top = 64;
const height = top + drawn.length * rowHeight + 46;
const most = Math.max(1.3, Math.min(2.5, Math.ceil(Math.max(...drawn.map(({ high, must }) => Math.max(high, must))) * 10 + 1) / 10));
const x = (ratio) => (left + (Math.min(ratio, most) / most) * width).toFixed(1);
const colours = { aim: '#1a7f37', must: '#0969da', '**missed**': '#cf222e' };
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

function grid() {
  const lines = [];
  for (let tenth = 0; tenth <= most * 10 + 0.01; tenth += 2) {
    const ratio = tenth / 10;
    const isOne = tenth === 10;
    lines.push(`<line x1="${x(ratio)}" y1="${top - 8}" x2="${x(ratio)}" y2="${height - 38}" stroke="${isOne ? '#57606a' : '#d0d7de'}"/>`);
    lines.push(`<text x="${x(ratio)}" y="${height - 22}" text-anchor="middle">${ratio.toFixed(1)}</text>`);
  }
  return lines;
}

function rowOf({ name, low, middle, high, must, aim, verdict }, index) {
  const y = top + index * rowHeight + rowHeight / 2;
  const colour = colours[verdict];
  const mark = (ratio, stroke) => `<line x1="${x(ratio)}" y1="${y - 9}" x2="${x(ratio)}" y2="${y + 9}" stroke="${stroke}" stroke-width="2"/>`;
  return [
    `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escape(name)}</text>`,
    mark(must, '#cf222e'), mark(aim, '#1a7f37'),
    `<line x1="${x(low)}" y1="${y}" x2="${x(high)}" y2="${y}" stroke="${colour}" stroke-width="5" stroke-linecap="round" opacity="0.45"/>`,
    `<circle cx="${x(middle)}" cy="${y}" r="4.5" fill="${colour}"/>`,
    `<text x="${left + width + 12}" y="${y + 4}" fill="${colour}">${middle.toFixed(2)}${middle > most ? ' →' : ''}</text>`,
  ];
}

const title = 'Server CPU per request or GB as a ratio to nginx: median of the rounds and its 90 % interval';
const legend = `red mark: must, green mark: aim · ${about.rounds} interleaved rounds of ${about.round_ms} ms · ${about.nginx} · ${about.date} UTC`;
writeFileSync(to, `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 70}" height="${height}" font-family="sans-serif" font-size="13" fill="#24292f">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="22" font-size="15" font-weight="bold">${escape(title)}</text>
<text x="16" y="42" fill="#57606a">${escape(legend)}</text>
${[...grid(), ...drawn.flatMap(rowOf)].join('\n')}
</svg>
`);
