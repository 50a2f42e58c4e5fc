import 'tdesign-vue-next/es/style/index.css';
import '../../theme/brand.css';

import { createApp, watch } from 'vue';

import { findSession, viewer } from '../../session/session';
import App from './App.vue';
import { startNews, stopNews } from './news';
import { router } from './router';

async function start(): Promise<void> {
  // Whoever has no session, or cannot be asked about it, is shown the log-in.
  await findSession().catch(() => {});
  watch(
    () => viewer.value?.id,
    (id, before) => {
      if (id) startNews();
      else stopNews();
      if (before && !id) void router.replace({ name: 'log-in' });
    },
    { immediate: true },
  );
  createApp(App).use(router).mount('#app');
}

void start();
