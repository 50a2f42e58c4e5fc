import { computed } from 'vue';

import type { Role } from '../../client/wire';
import { viewer } from '../../session/session';

// Decides what is offered; the server decides what is allowed.
export function holds(...roles: Role[]): boolean {
  const held = viewer.value?.roles.map((grant) => grant.role) ?? [];
  return held.includes('administrator') || roles.some((role) => held.includes(role));
}

export type Section = 'lessons' | 'upload' | 'review' | 'publishing';

export const sections = computed<Section[]>(() => {
  const offered: Section[] = [];
  if (holds('publisher')) offered.push('lessons', 'upload');
  if (holds('reviewer')) offered.push('review');
  if (holds('curator', 'publisher')) offered.push('publishing');
  return offered;
});
