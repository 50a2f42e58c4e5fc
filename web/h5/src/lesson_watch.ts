import { HeartbeatQueue, MemoryStorage, type KeyValueStorage } from '../../client/heartbeat_queue';
import { HeartbeatReporter } from '../../client/heartbeat_reporter';
import { client } from '../../session/session';

function storage(): KeyValueStorage {
  try {
    localStorage.setItem('weike.probe', '1');
    localStorage.removeItem('weike.probe');
    return localStorage;
  } catch {
    return new MemoryStorage();
  }
}

const kept = storage();

export function queueOf(accountId: string): HeartbeatQueue {
  return new HeartbeatQueue(kept, accountId);
}

// Connects a video element with a reporter until the returned function is called.
export function reportWatching(video: HTMLVideoElement, reporter: HeartbeatReporter): () => void {
  const sample = () => {
    if (!video.paused && !video.seeking) reporter.sample(video.currentTime * 1000, video.playbackRate);
  };
  const stopped = () => {
    reporter.interrupt();
    void reporter.report();
  };
  const leaving = () => { void reporter.report(true); };
  const hidden = () => { if (document.visibilityState === 'hidden') leaving(); };
  const online = () => { void reporter.flush(); };
  const jumped = () => reporter.interrupt();

  video.addEventListener('timeupdate', sample);
  video.addEventListener('seeking', jumped);
  video.addEventListener('pause', stopped);
  video.addEventListener('ended', stopped);
  window.addEventListener('pagehide', leaving);
  document.addEventListener('visibilitychange', hidden);
  window.addEventListener('online', online);
  void reporter.flush();

  return () => {
    video.removeEventListener('timeupdate', sample);
    video.removeEventListener('seeking', jumped);
    video.removeEventListener('pause', stopped);
    video.removeEventListener('ended', stopped);
    window.removeEventListener('pagehide', leaving);
    document.removeEventListener('visibilitychange', hidden);
    window.removeEventListener('online', online);
    leaving();
  };
}

export function reporterOf(lessonId: string, accountId: string): HeartbeatReporter {
  return new HeartbeatReporter(lessonId, {
    send: (items, keepalive) => client.sendHeartbeats(items, keepalive),
    queue: queueOf(accountId),
  });
}
