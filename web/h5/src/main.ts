import 'tdesign-mobile-vue/es/style/index.css';
import '../../theme/brand.css';

import { createApp } from 'vue';

import App from './App.vue';
import { router } from './router';
import { findSession } from '../../session/session';

async function start(): Promise<void> {
  // The pages work for visitors, so a failed question about the session stops nothing.
  await findSession().catch(() => {});
  createApp(App).use(router).mount('#app');
}

void start();
