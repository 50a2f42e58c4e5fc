import { MessagePlugin } from 'tdesign-vue-next/es/message';
import { ref } from 'vue';

import { explainBriefly } from '../../words/problem_words';

// Runs one action at a time, tells how it ended, and says whether it succeeded.
export function useActions() {
  const busy = ref('');

  async function run(name: string, done: string, action: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = name;
    try {
      await action();
      if (done) void MessagePlugin.success(done);
      return true;
    } catch (error) {
      void MessagePlugin.error({ content: explainBriefly(error), duration: 6_000 });
      return false;
    } finally {
      busy.value = '';
    }
  }

  return { busy, run };
}
