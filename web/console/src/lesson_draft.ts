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
}

export function draftFromFileName(fileName: string): LessonDraft {
  const title = fileName.replace(/\.[^.]*$/, '').replace(/[_]+/g, ' ').trim();
  return {
    title: [...title].slice(0, 80).join(''), summary: '', kind: 'micro_lesson', channel: '', audience: 'members', person: '', teacher: '', tags: [], cover: 1,
  };
}

export function draftFromVersion(version: Omit<LiveVersion, 'version' | 'asset_id'>): LessonDraft {
  const { title, summary, kind, channel, audience, person, teacher, tags, cover } = version;
  return { title, summary, kind, channel, audience, person, teacher, tags: [...tags], cover };
}

export function fieldsOf(draft: LessonDraft): Omit<LessonCreate, 'asset_id'> {
  return { ...draft, title: draft.title.trim(), summary: draft.summary.trim(), person: draft.person.trim(), teacher: draft.teacher.trim() };
}
