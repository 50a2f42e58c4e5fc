import { createRouter, createWebHashHistory } from 'vue-router';

import FeedPage from './pages/FeedPage.vue';
import { words } from './words';

// Hash addresses work behind any static file server and inside WeChat's web view.
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'feed', component: FeedPage, meta: { hasBottomBar: true } },
    { path: '/mine', name: 'mine', component: () => import('./pages/ProgressPage.vue'), meta: { hasBottomBar: true } },
    { path: '/me', name: 'me', component: () => import('./pages/AccountPage.vue'), meta: { hasBottomBar: true } },
    { path: '/lesson/:id', name: 'lesson', component: () => import('./pages/LessonPage.vue'), props: true },
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  // The feed is kept alive and finds its own place again.
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

// A lesson puts its own title here once it is known.
router.afterEach(() => { document.title = words.value.brand; });
