// The main line in a real browser: a publisher uploads a portrait clip, a reviewer approves it, a member watches it on a
// phone, comes back to where the picture stopped, and is told when the lesson is recalled.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { clip } from '../harness/clips.mjs';
import { createPeople, Server, temporaryFolder, until } from '../harness/server.mjs';
import { assertFits, contrast, desktop, difference, openWindow, phone, pictureOf, shot, startBrowser } from './browser.mjs';

const title = '一分钟看懂支部书记讲党课';
const seconds = 24;

let people;
let server;
let browser;

const cleanups = [];
const context = { after: (cleanup) => cleanups.unshift(cleanup) };
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

before(async () => {
  const data = temporaryFolder(context);
  server = (await Server.start({ data })).stopAfter(context);
  people = createPeople(data);
  browser = await startBrowser(context);
});

async function logInToConsole(login, shape) {
  const page = await openWindow(browser, server.url, shape);
  await page.goto('/console/');
  await page.fill('input[name=account]', login.account);
  await page.fill('input[name=password]', login.password);
  await page.click('button[type=submit]');
  return page;
}

async function signIn(page) {
  await page.goto('/');
  await page.click('.sign-in');
  await page.fill('input[name=account]', people.member.account);
  await page.fill('input[name=password]', people.member.password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.face');
}

const enabled = (action) => `[data-action=${action}]:not([disabled])`;
const positionOf = (page) => page.locator('video').evaluate((video) => video.currentTime);

async function play(page) {
  await page.click('.start');
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0);
}

test('a wrong password is refused with a way out', async () => {
  const page = await logInToConsole({ ...people.publisher, password: 'something else' }, phone);

  const problem = await page.waitForSelector('.problem');

  assert.match(await problem.textContent(), /账号|密码/);
});

test('a publisher uploads a portrait video on a phone and submits it', async () => {
  const page = await logInToConsole(people.publisher, phone);
  await page.click('[data-section=upload]');
  const chooser = page.waitForEvent('filechooser');
  await page.click('input[type=file]');
  await (await chooser).setFiles({ name: 'IMG_2041.mp4', mimeType: 'video/mp4', buffer: clip({ seconds, size: '360x640' }) });

  await page.fill('input[name=title]', title);
  await page.fill('textarea', '从一次普通的组织生活讲起。');
  await page.waitForSelector('[data-asset]');
  await assertFits(page);
  await shot(page, 'console-upload');
  await page.click(enabled('submit'), { timeout: 60_000 });

  await page.waitForURL(/#\/lessons\/[0-9a-f]{32}$/);
  await page.waitForSelector('text=审核中');
  await assertFits(page);
  await shot(page, 'console-lesson');
  assert.deepEqual(page.errors, []);
});

test('a reviewer looks at it, approves and publishes it', async () => {
  const page = await logInToConsole(people.reviewer, desktop);
  await page.click('[data-section=review]');
  await page.click(`text=${title}`);
  await page.waitForFunction(() => document.querySelector('video')?.readyState > 0);
  await shot(page, 'console-review');

  await page.click(enabled('approve'));
  await page.waitForSelector('[data-verdict=approved]');
  await page.click('[data-section=publishing]');
  await page.click(enabled('publish'), { timeout: 60_000 });

  await page.waitForSelector('text=没有待发布的课程');
  assert.deepEqual(page.errors, []);
});

test('a visitor is not shown what is for members, and is told so', async () => {
  const page = await openWindow(browser, server.url, phone);
  await page.goto('/');
  await page.waitForSelector('text=这里还没有课程');

  await page.goto(`/#/lesson/${await lessonId()}`);

  await page.waitForSelector('[data-trouble=not_found]');
  await page.waitForSelector('text=请登录后再看');
});

test('the player gets over a link that ran out and a segment that is not made yet', async () => {
  const page = await openWindow(browser, server.url, phone);
  await signIn(page);
  const refusals = [403, 503, 403];
  await page.route('**/media/**/*.m4s', async (route) => {
    const status = refusals.pop();
    if (!status) return route.continue();
    return route.fulfill({ status, headers: { 'Retry-After': '1' }, contentType: 'application/problem+json', body: '{}' });
  });
  const renewed = page.waitForResponse((reply) => reply.url().includes('/playback'));
  await page.goto(`/#/lesson/${await lessonId()}`);

  await play(page);

  await renewed;
  await page.waitForFunction(() => document.querySelector('video').currentTime > 1);
  assert.deepEqual(refusals, []);
  assert.equal(await page.locator('[data-trouble]').count(), 0);
});

test('a member looks for a place by its picture and goes there', async () => {
  const page = await openWindow(browser, server.url, phone);
  await signIn(page);
  await page.goto(`/#/lesson/${await lessonId()}`);
  await play(page);
  const bar = await page.locator('.seek input').boundingBox();
  const sheet = page.waitForResponse((reply) => reply.url().endsWith('/storyboard_1.jpg'));

  await page.mouse.move(bar.x + bar.width / 4, bar.y + bar.height / 2);
  await page.mouse.down();
  await page.mouse.move(bar.x + (bar.width * 3) / 4, bar.y + bar.height / 2, { steps: 5 });

  assert.equal((await sheet).status(), 200);
  const tile = await page.locator('.seek .tile').boundingBox();
  assert.ok(tile.height > tile.width && tile.x >= 0 && tile.x + tile.width <= 390, JSON.stringify(tile));
  await until(async () => contrast(await pictureOf(page, '.seek .tile')) > 100, { what: 'a picture of that place' });
  await assertFits(page);
  await shot(page, 'seeking');
  await page.mouse.up();
  await page.waitForSelector('.seek .tile', { state: 'detached' });
  await until(async () => Math.abs((await positionOf(page)) - (seconds * 3) / 4) < 3, { what: 'the place in the video' });
  assert.deepEqual(page.errors, []);
});

test('a member watches it, comes back to where it stopped, and is told of the recall', async () => {
  const page = await openWindow(browser, server.url, phone);
  await signIn(page);
  const card = page.locator('[data-lesson]', { hasText: title });
  await card.waitFor();
  await page.waitForFunction(() => document.querySelector('[data-lesson] img.picture')?.naturalWidth > 0);
  await assertFits(page);
  await shot(page, 'feed');
  await card.click();
  await page.waitForSelector('.start');
  await assertFits(page);

  await play(page);
  await assertPictureMoves(page);
  await page.waitForFunction(() => document.querySelector('video').currentTime > 5);
  await shot(page, 'playing');
  const stopped = await stopByReload(page);

  await page.waitForSelector('text=学到');
  await play(page);
  await page.waitForSelector('text=继续播放');
  const resumed = await positionOf(page);
  assert.ok(Math.abs(resumed - stopped) < 2, `stopped at ${stopped} s, went on at ${resumed} s`);
  await shot(page, 'resumed');

  await recall();
  const begun = Date.now();
  await page.waitForSelector('[data-trouble=recalled]');
  assert.ok(Date.now() - begun < 10_000, 'the recall took longer than 10 s');
  await page.waitForSelector('text=这节课已撤下');
  await shot(page, 'recalled');
  await page.click('text=看看其他课');
  await page.waitForSelector('text=这里还没有课程');
  assert.deepEqual(page.errors, []);
});

async function assertPictureMoves(page) {
  const size = await page.locator('video').evaluate((video) => [video.videoWidth, video.videoHeight]);
  assert.ok(size[1] > size[0], `a portrait picture is ${size.join('×')}`);
  const first = await pictureOf(page);
  assert.ok(contrast(first) > 100, 'the picture is blank');
  await until(async () => difference(first, await pictureOf(page)) > 2, { what: 'a moving picture', timeoutMs: 10_000 });
}

// Reloads in the middle of playing; what was watched must not be lost with the page.
async function stopByReload(page) {
  const stopped = await positionOf(page);
  await page.reload();
  return stopped;
}

async function lessonId() {
  const curator = await server.logIn(people.reviewer);
  return (await curator.get('/lessons?scope=live')).expect(200).json.items[0].id;
}

async function recall() {
  const page = await logInToConsole(people.reviewer, desktop);
  await page.click('[data-section=publishing]');
  await page.click('text=已上线');
  await page.click('[data-action=recall]');
  await page.fill('.t-dialog textarea', '片尾字幕有误');
  await page.click('.t-dialog__confirm');
  await page.waitForSelector('[data-action=put-back]');
}
