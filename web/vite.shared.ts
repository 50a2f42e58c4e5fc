import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import type { UserConfig } from 'vite';

// Where `npm run dev:*` finds a running server.
const kServer = process.env.WEIKE_URL ?? 'http://127.0.0.1:8080';

// How the pages of one folder are built: names carry a hash of the content, so the server lets
// browsers keep everything but index.html for ever.
export function webConfig(folder: 'h5' | 'console', base: string): UserConfig {
  return {
    root: fileURLToPath(new URL(folder, import.meta.url)),
    base,
    plugins: [vue()],
    build: {
      outDir: fileURLToPath(new URL(`dist/${folder}`, import.meta.url)),
      emptyOutDir: true,
      target: 'es2019',
      // The content security policy forbids data: scripts and styles; small pictures may stay inline.
      assetsInlineLimit: 2048,
      reportCompressedSize: true,
      chunkSizeWarningLimit: 650,
    },
    server: {
      proxy: { '/api': kServer, '/media': kServer },
      fs: { allow: [fileURLToPath(new URL('.', import.meta.url))] },
    },
  };
}
