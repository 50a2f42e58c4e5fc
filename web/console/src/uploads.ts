import { reactive } from 'vue';

import { problemOf, UnreachableError } from '../../client/problem';
import { client } from '../../session/session';
import { language } from '../../words/language';
import { loadAsset } from './news';

// A refused file will never be taken; a failed transfer can go on.
export type UploadState = 'sending' | 'paused' | 'failed' | 'refused' | 'done';

export interface UploadTask {
  key: number;
  fileName: string;
  sizeBytes: number;
  sentBytes: number;
  // What the server had already, when this went on from before.
  resumedBytes: number;
  bytesPerSecond: number;
  state: UploadState;
  error: unknown;
  assetId: string | null;
  // Of the lesson that was made from it; then the task is done with.
  lessonId: string | null;
  previewUrl: string;
}

interface Transfer {
  start(): void;
  abort(): Promise<void>;
  giveUp(): Promise<void>;
}

const kEndpoint = '/api/v1/uploads';
// Small enough for proxies, large enough that the replies cost nothing.
const kChunkBytes = 16 * 1024 * 1024;
// Too large, no video, and what a look at the first bytes found to be of no use.
const kRefusals: ReadonlySet<number> = new Set([413, 415, 422]);
const kSpeedWindowMs = 4_000;

// Uploads go on while the pages change.
export const uploads = reactive<UploadTask[]>([]);
const transfers = new Map<number, Transfer>();
let nextKey = 1;

export async function startUpload(file: File): Promise<void> {
  const { Upload, DetailedError } = await import('tus-js-client');
  const task = reactive<UploadTask>({
    key: nextKey++, fileName: file.name, sizeBytes: file.size, sentBytes: 0, resumedBytes: 0, bytesPerSecond: 0,
    state: 'sending', error: null, assetId: null, lessonId: null, previewUrl: URL.createObjectURL(file),
  });
  uploads.unshift(task);
  const speed = new Speedometer();
  const upload = new Upload(file, {
    endpoint: kEndpoint,
    chunkSize: kChunkBytes,
    retryDelays: [0, 1_000, 3_000, 5_000, 10_000, 20_000],
    metadata: { filename: file.name, filetype: file.type || 'application/octet-stream' },
    removeFingerprintOnSuccess: true,
    onBeforeRequest: (request) => {
      for (const [name, value] of Object.entries(client.sessionHeaders())) request.setHeader(name, value);
      request.setHeader('Accept-Language', language.value);
    },
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500 && status !== 507;
    },
    onProgress: (sent) => {
      task.sentBytes = sent;
      task.bytesPerSecond = speed.measure(sent);
    },
    onError: (error) => {
      const response = error instanceof DetailedError ? error.originalResponse : null;
      task.state = kRefusals.has(response?.getStatus() ?? 0) ? 'refused' : 'failed';
      task.error = response
        ? problemOf(response.getStatus(), parsed(response.getBody()), response.getHeader('Retry-After') ?? null)
        : new UnreachableError(error);
    },
    onSuccess: () => void finish(task, upload.url),
  });
  transfers.set(task.key, {
    start: () => upload.start(),
    abort: () => upload.abort(),
    giveUp: () => upload.abort(true),
  });
  const earlier = (await upload.findPreviousUploads().catch(() => []))[0];
  if (earlier) {
    upload.resumeFromPreviousUpload(earlier);
    task.resumedBytes = await knownBytes(earlier.uploadUrl);
  }
  upload.start();
}

export async function pauseUpload(task: UploadTask): Promise<void> {
  task.state = 'paused';
  await transfers.get(task.key)?.abort();
}

export function continueUpload(task: UploadTask): void {
  task.state = 'sending';
  task.error = null;
  transfers.get(task.key)?.start();
}

export async function giveUpUpload(task: UploadTask): Promise<void> {
  await transfers.get(task.key)?.giveUp().catch(() => {});  // What is left expires on the server.
  dropUpload(task);
}

// Takes a task off the list; its bytes and its asset stay.
export function dropUpload(task: UploadTask): void {
  transfers.delete(task.key);
  URL.revokeObjectURL(task.previewUrl);
  const index = uploads.findIndex((other) => other.key === task.key);
  if (index >= 0) uploads.splice(index, 1);
}

async function finish(task: UploadTask, url: string | null): Promise<void> {
  task.sentBytes = task.sizeBytes;
  try {
    task.assetId = (await client.upload(idOf(url))).asset_id;
    task.state = 'done';
    if (task.assetId) await loadAsset(task.assetId);
  } catch (error) {
    task.state = 'failed';
    task.error = error;
  }
}

async function knownBytes(url: string | null): Promise<number> {
  return (await client.upload(idOf(url)).catch(() => null))?.offset_bytes ?? 0;
}

function idOf(url: string | null): string {
  return (url ?? '').split('/').pop() ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Bytes per second over the last few seconds.
class Speedometer {
  private marks: { at: number; bytes: number }[] = [];

  measure(bytes: number): number {
    const at = Date.now();
    this.marks = [...this.marks.filter((mark) => at - mark.at < kSpeedWindowMs), { at, bytes }];
    const first = this.marks[0]!;
    return at > first.at ? ((bytes - first.bytes) / (at - first.at)) * 1000 : 0;
  }
}
