// A real Chromium, and what a person would see in it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, locale: 'zh-CN' };
export const desktop = { viewport: { width: 1280, height: 860 }, locale: 'zh-CN' };

/** Starts the browser; it ends with the tests of `context`. */
export async function startBrowser(context) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  context.after(() => browser.close());
  return browser;
}

/** A person's own browser window. `errors` gathers what its pages did wrong. */
export async function openWindow(browser, url, shape) {
  const window = await browser.newContext({ ...shape, baseURL: url });
  window.setDefaultTimeout(20_000);
  const page = await window.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(error.message));
  page.on('console', (message) => {
    const isRefusal = message.text().startsWith('Failed to load resource');  // Problem replies are part of the game.
    if (message.type() === 'error' && !isRefusal) page.errors.push(message.text());
  });
  return page;
}

/** Nothing sticks out to the side, as on a phone it would. */
export async function assertFits(page) {
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(inner <= outer, `the page is ${inner} px wide on a screen of ${outer} px: ${page.url()}`);
}

/** Keeps a picture of the page when WEIKE_SHOTS names a folder. */
export async function shot(page, name) {
  const folder = process.env.WEIKE_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/**
 * The upper half of the video, or of what else is shown, as it stands on the screen: numbers from 0 to 255, coarse enough for
 * comparing. The controls at the video's lower edge change by themselves and do not count.
 */
export async function pictureOf(page, what = 'video') {
  const png = await page.locator(what).screenshot();
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(64, 64);
    const pen = canvas.getContext('2d');
    pen.drawImage(bitmap, 0, 0, bitmap.width, bitmap.height / 2, 0, 0, 64, 64);
    return [...pen.getImageData(0, 0, 64, 64).data].filter((_value, index) => index % 4 !== 3);
  }, png.toString('base64'));
}

export const difference = (left, right) => left.reduce((sum, value, at) => sum + Math.abs(value - right[at]), 0) / left.length;

export const contrast = (picture) => Math.max(...picture) - Math.min(...picture);
