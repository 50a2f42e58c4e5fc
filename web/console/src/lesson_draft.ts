import type { Audience, LessonCreate, LessonKind, LiveVersion } from '../../client/wire';

// What the form edits.
export interface LessonDraft {
  title: string;
  summary: string;
  kind: LessonKind;
  channel: string;
  audience: Audience;
  person: string;
  teacher: string;
  tags: string[];
  cover: number;
  captions: string[];
  chapters: { at_ms: number; title: string }[];
}

export function draftFromFileName(fileName: string): LessonDraft {
  const title = fileName.replace(/\.[^.]*$/, '').replace(/[_]+/g, ' ').trim();
  return {
    title: [...title].slice(0, 80).join(''), summary: '', kind: 'micro_lesson', channel: '', audience: 'members', person: '', teacher: '', tags: [], cover: 1,
    captions: [], chapters: [],
  };
}

type Version = Omit<LiveVersion, 'version'>;

export function draftFromVersion(version: Omit<Version, 'asset_id'>): LessonDraft {
  const { title, summary, kind, channel, audience, person, teacher, tags, cover, captions, chapters } = version;
  return {
    title, summary, kind, channel, audience, person, teacher, tags: [...tags], cover, captions: [...captions],
    chapters: chapters.map((chapter) => ({ ...chapter })),
  };
}

/** The form after the lesson was read again: what the publisher has not saved stays, but marks in a video go with it. */
export function draftAfter(draft: LessonDraft | null, before: Version | undefined, fresh: Version, isDirty: boolean): LessonDraft {
  const saved = draftFromVersion(fresh);
  if (!draft || !isDirty) return saved;
  if (before?.asset_id === fresh.asset_id) return draft;
  return { ...draft, captions: saved.captions, chapters: saved.chapters };
}

/** What of a version its preview depends on: the preview is asked for again when it changes. */
export function previewOf(version: Version): string {
  return JSON.stringify([version.asset_id, version.captions, version.chapters]);
}

export function fieldsOf(draft: LessonDraft): Omit<LessonCreate, 'asset_id'> {
  const chapters = draft.chapters.map(({ at_ms, title }) => ({ at_ms, title: title.trim() }));
  return { ...draft, chapters, title: draft.title.trim(), summary: draft.summary.trim(), person: draft.person.trim(), teacher: draft.teacher.trim() };
}
