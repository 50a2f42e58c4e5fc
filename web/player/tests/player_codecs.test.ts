import { afterEach, describe, expect, it, vi } from 'vitest';

import { hlsSettings } from '../hls_settings';
import { playerCodecs } from '../player_codecs';

interface Device {
  knowsAv1?: boolean;
  isNative?: boolean;
  screen?: [width: number, height: number, ratio: number];
  line?: { saveData?: boolean; effectiveType?: string };
}

// A phone with a screen of 1080 pixels on a fast line, unless told otherwise.
function codecsOn(device: Device): string {
  const { knowsAv1 = true, isNative = false, screen: [width, height, ratio] = [360, 780, 3], line } = device;
  const MediaSource = { isTypeSupported: (mime: string) => knowsAv1 && mime.includes('av01') };
  vi.stubGlobal('window', { devicePixelRatio: ratio, ...(isNative ? {} : { MediaSource }) });
  vi.stubGlobal('screen', { width, height });
  vi.stubGlobal('navigator', { connection: line });
  const canPlayType = (mime: string) => (mime.includes('av01') ? (knowsAv1 ? 'probably' : '') : 'maybe');
  return playerCodecs({ canPlayType } as unknown as HTMLVideoElement);
}

afterEach(() => vi.unstubAllGlobals());

describe('playerCodecs', () => {
  it.each<[string, Device, string]>([
    ['a large screen on a fast line', {}, 'avc1'],
    ['a line of the fourth generation', { line: { effectiveType: '4g', saveData: false } }, 'avc1'],
    ['a viewer who saves data', { line: { effectiveType: '4g', saveData: true } }, 'avc1,av01'],
    ['a slow line', { line: { effectiveType: '3g' } }, 'avc1,av01'],
    ['a very slow line', { line: { effectiveType: 'slow-2g' } }, 'avc1,av01'],
    ['a small screen', { screen: [360, 640, 1.5] }, 'avc1,av01'],
    ['a small screen, turned', { screen: [640, 360, 1.5] }, 'avc1,av01'],
    ['a screen just too large', { screen: [361, 640, 1.5] }, 'avc1'],
    ['a small screen without AV1', { screen: [320, 480, 1], knowsAv1: false }, 'avc1'],
    ['a native player with AV1 on a slow line', { isNative: true, line: { effectiveType: '2g' } }, 'avc1,av01'],
    ['a native player without', { isNative: true, knowsAv1: false, line: { effectiveType: '2g' } }, 'avc1'],
  ])('on %s', (_what, device, codecs) => {
    expect(codecsOn(device)).toBe(codecs);
  });
});

describe('hlsSettings', () => {
  it('stays with H.264 unless AV1 was asked for', () => {
    const current = (url: string) => url;

    expect(hlsSettings(0, current, 'avc1').videoPreference).toEqual({ videoCodec: 'avc1' });
    expect(hlsSettings(0, current, 'avc1,av01').videoPreference).toBeUndefined();
  });
});
