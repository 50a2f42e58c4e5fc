import { computed, ref } from 'vue';

import type { Language } from '../client/weike_client';

const kKey = 'weike.language';

function initialLanguage(): Language {
  try {
    const kept = localStorage.getItem(kKey);
    if (kept === 'en' || kept === 'zh-CN') return kept;
  } catch {
    // Storage is forbidden: the choice holds as long as the page.
  }
  return 'zh-CN';
}

// The language of the pages, shared by all of them: Chinese unless the viewer chose English.
export const language = ref<Language>(initialLanguage());
document.documentElement.lang = language.value;

export function switchLanguage(to: Language): void {
  language.value = to;
  document.documentElement.lang = to;
  try {
    localStorage.setItem(kKey, to);
  } catch {
    // As above.
  }
}

// Two tables of the same words; the type of the Chinese one holds the English one to it.
export function wordsOf<Words>(zh: Words, en: Words) {
  return computed(() => (language.value === 'en' ? en : zh));
}
