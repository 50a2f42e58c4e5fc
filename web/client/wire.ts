// The names the pages use for what api/openapi.yaml describes.
import type { components } from './openapi.generated';

type Schemas = components['schemas'];

export type Account = Schemas['Account'];
export type Me = Schemas['Me'];
export type Role = Schemas['RoleGrant']['role'];
export type Session = Schemas['Session'];
export type Upload = Schemas['Upload'];
export type Asset = Schemas['Asset'];
export type Captions = Schemas['Captions'];
export type AssetState = Schemas['AssetState'];
export type AssetEvent = Schemas['AssetEvent'];
export type Lesson = Schemas['Lesson'];
export type LessonState = Schemas['LessonState'];
export type VersionState = Schemas['VersionState'];
export type LiveLesson = Schemas['LiveLesson'];
export type LiveVersion = Schemas['LiveVersion'];
export type LessonCreate = Schemas['LessonCreate'];
export type LessonEdit = Schemas['LessonEdit'];
export type LessonEvent = Schemas['LessonEvent'];
export type LessonKind = Schemas['LessonKind'];
export type Audience = Schemas['Audience'];
export type Decision = Schemas['Decision'];
export type Playback = Schemas['Playback'];
export type WholeRung = Schemas['WholeRung'];
export type Channel = Schemas['Channel'];
export type Card = Schemas['Card'];
export type MediaUrls = Schemas['MediaUrls'];
export type Overlay = Schemas['Overlay'];
export type Progress = Schemas['Progress'];
export type Heartbeat = Schemas['Heartbeat'];
export type HeartbeatOutcome = Schemas['HeartbeatOutcome'];
export type RangeMs = [number, number];

export type LessonScope = 'mine' | 'review' | 'approved' | 'live';

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}
