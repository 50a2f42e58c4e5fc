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

export function draftFromVersion(version: Omit<LiveVersion, 'version' | 'asset_id'>): LessonDraft {
  const { title, summary, kind, channel, audience, person, teacher, tags, cover, captions, chapters } = version;
  return {
    title, summary, kind, channel, audience, person, teacher, tags: [...tags], cover, captions: [...captions],
    chapters: chapters.map((chapter) => ({ ...chapter })),
  };
}

export function fieldsOf(draft: LessonDraft): Omit<LessonCreate, 'asset_id'> {
  const chapters = draft.chapters.map(({ at_ms, title }) => ({ at_ms, title: title.trim() }));
  return { ...draft, chapters, title: draft.title.trim(), summary: draft.summary.trim(), person: draft.person.trim(), teacher: draft.teacher.trim() };
}
