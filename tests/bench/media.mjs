// The media pipeline against the ffmpeg command line at the same settings, in one run: CPU, memory, bytes and likeness. SECONDS sets the
// clips' length (60); ROWS names what to measure (ladder,slides,copy,first,seek), all by default; LADDER_ROUNDS how often the ladder and one
// ffmpeg with split take turns (4).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { judge, printTable, readyAsset, withServer } from './bench.mjs';
import { cameraClip } from './camera_clip.mjs';
import { childrenCpu, probeTask, runChild, segmentsTask } from './children.mjs';
import { conformingClip, slideClip } from './clips.mjs';
import { allRungsAtOnce, oneRung, pictureBytes, rungs, ssim, withFolder } from './ffmpeg.mjs';
import { median, medianInterval } from './statistics.mjs';

const seconds = Number(process.env.SECONDS ?? 60);
const wanted = (process.env.ROWS ?? 'ladder,slides,copy,first,seek').split(',');
const ladderRounds = Number(process.env.LADDER_ROUNDS ?? 4);
const rows = [];
const verdicts = [];

function note(what, ours, theirs, bar, ratio = ours / theirs) {
  rows.push([what, ours.toFixed(2), theirs.toFixed(2), ratio.toFixed(3), bar]);
  verdicts.push([what, ratio, bar]);
}

/** Reads files below the asset's signed folder of media. */
function mediaOf(publisher, asset) {
  const base = asset.hls_url.replace(/master[^/]*\.m3u8$/, '');
  return { get: (name) => publisher.send('GET', base + name) };
}

/** From the last byte to ready: CPU of all children. `look` may read its media. */
async function makeWithServer(file, look) {
  let result;
  await withServer(async (server, people) => {
    const publisher = await server.logIn(people.publisher);
    const before = childrenCpu(server.pid);
    const id = await publisher.upload(readFileSync(file));
    const begin = Date.now();
    const asset = await readyAsset(publisher, id);
    result = { cpu: childrenCpu(server.pid) - before, wall: (Date.now() - begin) / 1000, renditions: asset.renditions };
    if (look) await look(mediaOf(publisher, asset));
  });
  return result;
}

async function download(lesson, name, film) {
  const playlist = (await lesson.get(`${name}/index.m3u8`)).expect(200).text;
  const parts = ['init.mp4', ...playlist.match(/^\d+\.m4s/gm)];
  const bytes = [];
  for (const part of parts) bytes.push((await lesson.get(`${name}/${part}`)).expect(200).body);
  writeFileSync(film, Buffer.concat(bytes));
}

async function ffmpegPerRung(file, out) {
  let cpu = 0;
  for (const rung of rungs) cpu += oneRung(file, rung, out).cpu;
  return cpu;
}

/** The rungs of a lesson beside those of ffmpeg in `folder`: bytes and likeness to the source. */
async function compare(lesson, file, folder) {
  const found = [];
  for (const { name, height } of rungs) {
    const film = join(folder, `${name}-ours.mp4`);
    await download(lesson, name, film);
    const theirs = join(folder, `${name}.m3u8`);
    const size = { width: Math.round((height * 16) / 18) * 2, height };
    found.push({ name, bytes: pictureBytes(film) / pictureBytes(theirs), ours: ssim(film, file, size), theirs: ssim(theirs, file, size) });
  }
  return found;
}

/**
 * The machine drifts by more than what is to be measured, and is slowest at the beginning: both sides take turns in going first. What the
 * rounds of each cost, in CPU seconds; the last of ours with its likeness to what is in `folder`.
 */
async function takeTurns(file, folder) {
  const ours = [];
  const theirs = [];
  let likeness;
  const look = (isLast) => (isLast ? async (lesson) => (likeness = await compare(lesson, file, folder)) : undefined);
  for (let round = 0; round < ladderRounds; ++round) {
    const sides = [
      async () => ours.push(await makeWithServer(file, look(round + 1 === ladderRounds))),
      async () => theirs.push(await withFolder((other) => allRungsAtOnce(file, other).cpu)),
    ];
    for (const side of round % 2 ? sides.reverse() : sides) await side();
  }
  return { ours, theirs, likeness };
}

async function measureLadder() {
  const { file, source } = cameraClip(seconds);
  console.log(`camera: ${seconds} s 1080p30, ${source}`);
  await withFolder(async (folder) => {
    const perRung = await ffmpegPerRung(file, folder);
    const { ours, theirs, likeness } = await takeTurns(file, folder);
    const cpu = median(ours.map((each) => each.cpu));
    const ratios = medianInterval(ours.map((each, round) => each.cpu / theirs[round]));
    console.log(`ladder against split, by round: ${ours.map((each, round) => `${each.cpu.toFixed(1)} of ${theirs[round].toFixed(1)}`).join(', ')}`);
    console.log(`ratios ${ratios.low.toFixed(3)} to ${ratios.high.toFixed(3)}`);
    note('full ladder, CPU s, against one ffmpeg per rung', cpu, perRung, 0.7);
    note('full ladder, CPU s, against one ffmpeg with split', cpu, median(theirs), 0.93, ratios.middle);
    verdicts.push(['full ladder: wall time of its CPU time', median(ours.map((each) => each.wall / each.cpu)), 0.55]);
    for (const each of likeness) {
      console.log(`${each.name}: bytes ${each.bytes.toFixed(3)} of ffmpeg's, SSIM ${each.ours.toFixed(4)} against ${each.theirs.toFixed(4)}`);
      verdicts.push([`${each.name}: SSIM lost`, each.theirs - each.ours, 0.001], [`${each.name}: bytes more or less`, Math.abs(each.bytes - 1), 0.01]);
    }
  });
}

async function measureLesson(what, file, bar) {
  const theirs = await withFolder((folder) => ffmpegPerRung(file, folder));
  const ours = await makeWithServer(file);
  console.log(`${what}: ${ours.renditions.map(({ name, size_bytes }) => `${name} ${(size_bytes / 1e6).toFixed(2)} MB`).join(', ')}`);
  note(`${what}, CPU s, against one ffmpeg per rung`, ours.cpu, theirs, bar);
}

async function repeated(times, measure) {
  const values = [];
  for (let i = 0; i < times; ++i) values.push(await measure());
  return median(values);
}

const ahead = ['v360', 'a128', 'a64'];
const namesOf = (plan) => [...plan.video, ...plan.audio].map(({ name }) => name);

/** The first segment as the server has it made: what a player needs ahead of the rest. */
function makeFirst(file, plan) {
  const until = ahead.map((name) => `${name}/0.m4s`);
  return runChild(file, segmentsTask(plan, namesOf(plan), 0, 0, ahead), { until });
}

async function measureFirst() {
  const { file } = cameraClip(seconds);
  const ours = await repeated(5, async () => {
    const probe = await runChild(file, probeTask);
    const first = await makeFirst(file, probe.result.plan);
    return probe.cpu + first.cpuUntil;
  });
  const theirs = await repeated(5, () => withFolder((out) => oneRung(file, rungs[3], out, { seconds: 2 }).cpu));
  note('last byte to first playable segment, CPU s', ours, theirs, 1.2);
}

async function measureSeek() {
  const { file } = cameraClip(seconds);
  const { plan } = (await runChild(file, probeTask)).result;
  const number = Math.floor((plan.segments.length * 3) / 4);
  const from = (plan.segments[number].first_frame * plan.frame_rate.den) / plan.frame_rate.num;
  const ours = await repeated(3, async () => (await runChild(file, segmentsTask(plan, ['v480'], number))).cpu);
  const theirs = await repeated(3, () => withFolder((out) => oneRung(file, rungs[2], out, { from, seconds: 4, hasSound: false }).cpu));
  note('seek: a 480p segment that is not made yet, CPU s', ours, theirs, 1.5);

  const batch = await runChild(file, segmentsTask(plan, namesOf(plan), 0, 2));
  const first = await makeFirst(file, plan);
  verdicts.push(['peak memory of a 1080p child, MB', Math.max(batch.peakMb, first.peakMb), 400]);

  await withServer(async (server, people) => {
    const publisher = await server.logIn(people.publisher);
    const id = await publisher.upload(readFileSync(file));
    const asset = await readyAsset(publisher, id, { isDone: ({ playable }) => playable });
    const lesson = mediaOf(publisher, asset);
    const begin = Date.now();
    (await lesson.get(`v480/${number}.m4s`)).expect(200);
    verdicts.push(['seek while background work is under way: request to the whole segment, s', (Date.now() - begin) / 1000, 3]);
  });
}

if (wanted.includes('ladder')) await measureLadder();
if (wanted.includes('slides')) await measureLesson('slides', slideClip(seconds), 0.55);
if (wanted.includes('copy')) await measureLesson('pass-through', conformingClip(seconds), 0.45);
if (wanted.includes('first')) await measureFirst();
if (wanted.includes('seek')) await measureSeek();

console.log(`${cpus().length} x ${cpus()[0].model}`);
printTable(['', 'Weike', 'ffmpeg', 'ratio', 'bar'], rows);
for (const [name, value, bar] of verdicts) judge(name, value, bar);
