import { createRouter, createWebHashHistory, type RouteLocationNormalized } from 'vue-router';

import { viewer } from '../../session/session';
import { sections } from './roles';

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'start', component: () => import('./pages/NoRolePage.vue') },
    { path: '/log-in', name: 'log-in', component: () => import('./pages/LogInPage.vue'), meta: { isOpen: true } },
    { path: '/lessons', name: 'lessons', component: () => import('./pages/LessonsPage.vue') },
    { path: '/lessons/:id', name: 'lesson', component: () => import('./pages/LessonPage.vue'), props: true },
    { path: '/upload', name: 'upload', component: () => import('./pages/UploadPage.vue') },
    { path: '/review', name: 'review', component: () => import('./pages/ReviewPage.vue') },
    { path: '/publishing', name: 'publishing', component: () => import('./pages/PublishingPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach((to: RouteLocationNormalized) => {
  if (!viewer.value && !to.meta.isOpen) return { name: 'log-in', query: { to: to.fullPath } };
  const first = sections.value[0];
  if (viewer.value && (to.name === 'start' || to.name === 'log-in') && first) return { name: first };
  return true;
});
