// Captions and chapters of a public lesson, as a visitor's phone shows them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { clip } from '../harness/clips.mjs';
import { createPeople, Server, temporaryFolder, until } from '../harness/server.mjs';
import { openWindow, phone, shot, startBrowser } from './browser.mjs';

const subRip = [
  '1', '00:00:00,200 --> 00:00:03,500', '<i>同志们</i>，大家好', '',
  '2', '00:00:08,000 --> 00:00:11,000', '谢谢 & 再见', '',
].join('\r\n');
const chapters = [{ at_ms: 0, title: '开场' }, { at_ms: 8000, title: '结尾' }];

let server;
let browser;
let lesson;

const cleanups = [];
const context = { after: (cleanup) => cleanups.unshift(cleanup) };
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

async function publishLesson(people) {
  const publisher = await server.logIn(people.publisher);
  const reviewer = await server.logIn(people.reviewer);
  const asset_id = await publisher.upload(clip({ seconds: 12, size: '480x360' }));
  const isReady = async () => (await publisher.get(`/assets/${asset_id}`)).json.state === 'ready';
  await until(isReady, { what: 'ready', everyMs: 300, timeoutMs: 120_000 });
  const put = await publisher.send('PUT', `/api/v1/assets/${asset_id}/captions?language=zh-CN&label=%E4%B8%AD%E6%96%87`, { body: subRip });
  const body = {
    title: '有字幕的课', kind: 'micro_lesson', asset_id, audience: 'public', captions: [put.expect(201).json.id], chapters,
  };
  const { id } = (await publisher.post('/lessons', body)).expect(201).json;
  (await publisher.post(`/lessons/${id}/submit`)).expect(200);
  (await reviewer.post(`/lessons/${id}/approve`)).expect(200);
  (await publisher.post(`/lessons/${id}/publish`)).expect(200);
  return id;
}

before(async () => {
  const data = temporaryFolder(context);
  server = (await Server.start({ data })).stopAfter(context);
  lesson = await publishLesson(createPeople(data));
  browser = await startBrowser(context);
});

// What stands below the picture now, or null.
const shownCaption = () => {
  const [track] = document.querySelector('video').textTracks;
  const [cue] = track?.activeCues ?? [];
  return cue ? { text: cue.getCueAsHTML().textContent, label: track.label, language: track.language } : null;
};

test('captions appear when they are chosen, at their times, also after a seek by chapter', async () => {
  const page = await openWindow(browser, server.url, phone);
  await page.goto(`/#/lesson/${lesson}`);
  await page.click('.start');
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0);
  await page.waitForFunction(() => document.querySelector('video').textTracks.length === 1);
  assert.equal(await page.evaluate(() => document.querySelector('video').textTracks[0].mode), 'disabled');

  // As the browser's own menu of captions does.
  await page.evaluate(() => { document.querySelector('video').textTracks[0].mode = 'showing'; });
  await page.waitForFunction(() => document.querySelector('video').textTracks[0].cues?.length === 2);
  await page.click('.chapters button:nth-of-type(1)');
  const first = await until(() => page.evaluate(shownCaption), { what: 'a caption' });
  await shot(page, 'captions');
  assert.deepEqual(first, { text: '同志们，大家好', label: '中文', language: 'zh-CN' });

  await page.click('.chapters button:nth-of-type(2)');
  await until(async () => (await page.evaluate(shownCaption))?.text === '谢谢 & 再见', { what: 'the last caption' });
  const position = await page.locator('video').evaluate((video) => video.currentTime);
  assert.ok(position >= 8 && position < 11, `${position} s`);
  assert.deepEqual(page.errors, []);
});
