import { describe, expect, it } from 'vitest';

import type { LiveVersion } from '../../client/wire';
import { draftAfter, draftFromVersion, previewOf } from '../src/lesson_draft';

const version: LiveVersion = {
  version: 1, title: '课', summary: '', kind: 'micro_lesson', asset_id: 'whole', audience: 'members', channel: '', tags: [], person: '', teacher: '', cover: 1,
  captions: ['0123456789ab'], chapters: [{ at_ms: 5_000, title: '开场' }],
};
const trimmed: LiveVersion = { ...version, asset_id: 'part', captions: ['ba9876543210'], chapters: [{ at_ms: 1_000, title: '开场' }] };

describe('draftAfter', () => {
  it('is what was saved, unless the publisher has changed something since', () => {
    const draft = { ...draftFromVersion(version), title: '改过的课' };

    expect(draftAfter(null, undefined, version, false).title).toBe('课');
    expect(draftAfter(draft, version, version, false).title).toBe('课');
    expect(draftAfter(draft, version, version, true)).toBe(draft);
  });

  it('takes captions and chapters of another video, whose old ones could not be saved', () => {
    const draft = { ...draftFromVersion(version), title: '改过的课' };

    const after = draftAfter(draft, version, trimmed, true);

    expect(after.title).toBe('改过的课');
    expect(after.captions).toEqual(['ba9876543210']);
    expect(after.chapters).toEqual([{ at_ms: 1_000, title: '开场' }]);
  });
});

describe('previewOf', () => {
  it('changes with the video, its captions and its chapters, and with nothing else', () => {
    const now = previewOf(version);

    expect(previewOf({ ...version, title: '新标题', cover: 2 })).toBe(now);
    expect(previewOf({ ...version, captions: [] })).not.toBe(now);
    expect(previewOf({ ...version, chapters: [] })).not.toBe(now);
    expect(previewOf(trimmed)).not.toBe(now);
  });
});
