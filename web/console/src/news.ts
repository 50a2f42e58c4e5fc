import { reactive } from 'vue';

import { EventStream } from '../../client/event_stream';
import type { Asset, AssetEvent, AssetState, LessonEvent } from '../../client/wire';
import { client } from '../../session/session';

const kSilenceMs = 4_000;

const kUnfinished: ReadonlySet<AssetState> = new Set(['queued', 'probing', 'transcoding']);

// The assets that pages look at, as they are now.
const assets = reactive(new Map<string, Asset>());
const heardAt = new Map<string, number>();
const lessonListeners = new Set<(event: LessonEvent | null) => void>();
let silenceTimer: ReturnType<typeof setInterval> | undefined;

const stream = new EventStream({
  open: () => new EventSource('/api/v1/events'),
  names: ['asset', 'lesson'],
  onEvent: (name, data) => {
    if (name === 'asset') applyAssetEvent(data as AssetEvent);
    else for (const listener of lessonListeners) listener(data as LessonEvent);
  },
  onFresh: () => {
    for (const id of assets.keys()) void loadAsset(id);
    for (const listener of lessonListeners) listener(null);
  },
});

export function startNews(): void {
  stream.start();
  silenceTimer ??= setInterval(askAboutSilentAssets, kSilenceMs);
}

// Others' jobs move an own one forward in the queue without news of it, and news of an asset goes to its
// owner alone, not to whoever reviews or publishes it.
function askAboutSilentAssets(): void {
  const now = Date.now();
  for (const asset of assets.values()) {
    const isSilent = now - (heardAt.get(asset.id) ?? 0) >= kSilenceMs;
    if (kUnfinished.has(asset.state) && isSilent && !document.hidden) void loadAsset(asset.id);
  }
}

export function stopNews(): void {
  stream.stop();
  clearInterval(silenceTimer);
  silenceTimer = undefined;
  assets.clear();
  heardAt.clear();
}

export function assetOf(id: string): Asset | undefined {
  return assets.get(id);
}

// Takes an asset as some reply gave it, unless what is known is newer.
export function noteAsset(asset: Asset): void {
  const known = assets.get(asset.id);
  if (!known || known.updated_at <= asset.updated_at) assets.set(asset.id, asset);
}

export async function loadAsset(id: string): Promise<void> {
  const asset = await client.asset(id).catch(() => null);
  if (asset) assets.set(id, asset);
}

// `listener` hears of each change of a lesson, and null when any may have changed unheard.
export function onLessonNews(listener: (event: LessonEvent | null) => void): () => void {
  lessonListeners.add(listener);
  return () => lessonListeners.delete(listener);
}

function applyAssetEvent(event: AssetEvent): void {
  const known = assets.get(event.id);
  if (!known) return;
  heardAt.set(event.id, Date.now());
  const isNewKnowledge = known.state !== event.state || known.playable !== event.playable || known.publishable !== event.publishable;
  assets.set(event.id, { ...known, ...event });
  // Sizes, addresses and covers come with the whole asset only.
  if (isNewKnowledge) void loadAsset(event.id);
}
