// A publisher trims a video in the console: what is not saved waits, and captions and chapters go on in the trimmed version.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { clip } from '../harness/clips.mjs';
import { createPeople, Server, temporaryFolder, until } from '../harness/server.mjs';
import { desktop, openWindow, shot, startBrowser } from './browser.mjs';

const subRip = '1\n00:00:00,200 --> 00:00:03,500\n大家好\n\n2\n00:00:08,000 --> 00:00:11,000\n再见\n';

let server;
let browser;
let people;
let publisher;
let asset;
let lesson;

const cleanups = [];
const context = { after: (cleanup) => cleanups.unshift(cleanup) };
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

before(async () => {
  const data = temporaryFolder(context);
  server = (await Server.start({ data })).stopAfter(context);
  people = createPeople(data);
  publisher = await server.logIn(people.publisher);
  asset = await publisher.upload(clip({ seconds: 12, size: '480x360' }));
  const isReady = async () => (await publisher.get(`/assets/${asset}`)).json.state === 'ready';
  await until(isReady, { what: 'ready', everyMs: 300, timeoutMs: 180_000 });
  const put = await publisher.send('PUT', `/api/v1/assets/${asset}/captions?language=zh-CN&label=%E4%B8%AD%E6%96%87`, { body: subRip });
  const body = {
    title: '要剪的课', kind: 'micro_lesson', asset_id: asset, captions: [put.expect(201).json.id],
    chapters: [{ at_ms: 0, title: '开场' }, { at_ms: 8000, title: '结尾' }],
  };
  lesson = (await publisher.post('/lessons', body)).expect(201).json.id;
  browser = await startBrowser(context);
});

const working = async () => (await publisher.get(`/lessons/${lesson}`)).json.working;

async function openLesson() {
  const page = await openWindow(browser, server.url, desktop);
  await page.goto('/console/');
  await page.fill('input[name=account]', people.publisher.account);
  await page.fill('input[name=password]', people.publisher.password);
  await page.click('button[type=submit]');
  await page.waitForSelector('[data-section=upload]');
  await page.goto(`/console/#/lessons/${lesson}`);
  return page;
}

test('a video is trimmed after the form is saved, and keeps captions and chapters', async () => {
  const page = await openLesson();
  await page.waitForSelector('[data-action=trim]:not([disabled])');

  await page.fill('input[name=title]', '剪好的课');
  await page.waitForSelector('[data-action=trim][disabled]');
  await page.waitForSelector('text=先保存修改，再裁剪');
  await page.click('[data-action=save]:not([disabled])');
  await page.waitForSelector('[data-action=trim]:not([disabled])');

  await page.waitForFunction(() => document.querySelector('video').readyState > 0);
  await page.evaluate(() => { document.querySelector('video').currentTime = 2; });
  await page.click('[data-action=trim]');
  await page.click('[data-action=trim-in]');
  await shot(page, 'console-trim');
  await page.click('.t-dialog__confirm:visible');

  const trimmed = await until(async () => { const now = await working(); return now.asset_id !== asset && now; }, { what: 'the trimmed version' });
  assert.equal(trimmed.captions.length, 1);
  assert.deepEqual(trimmed.chapters, [{ at_ms: 0, title: '开场' }, { at_ms: 6000, title: '结尾' }]);

  // The form goes on with the new version: it can be saved.
  await page.waitForSelector(`[data-asset="${trimmed.asset_id}"]`);
  await page.fill('input[name=title]', '剪好的一课');
  await page.click('[data-action=save]:not([disabled])');
  await until(async () => (await working()).title === '剪好的一课', { what: 'the saved title' });
  assert.deepEqual((await working()).captions, trimmed.captions);
  assert.deepEqual(page.errors, []);
});

test('captions that were just chosen appear in the preview once they are saved', async () => {
  const page = await openLesson();
  await page.waitForFunction(() => document.querySelector('video')?.textTracks.length === 1, null, { timeout: 120_000 });

  await page.click('.captions .t-checkbox');
  await page.click('[data-action=save]:not([disabled])');

  await page.waitForFunction(() => document.querySelector('video')?.textTracks.length === 0);
  assert.deepEqual((await working()).captions, []);
});
