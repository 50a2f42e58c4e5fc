import { computed, ref } from 'vue';

import { FetchTransport } from '../client/transport';
import { hasStatus } from '../client/problem';
import type { Account } from '../client/wire';
import { WeikeClient } from '../client/weike_client';
import { language } from '../words/language';

const account = ref<Account | null>(null);

export const client = new WeikeClient({
  transport: new FetchTransport(),
  language: () => language.value,
  onSignedOut: () => { account.value = null; },
});

// Who watches; null is a visitor.
export const viewer = computed(() => account.value);

// At the start: does the cookie name a session? A visitor is no error.
export async function findSession(): Promise<void> {
  try {
    account.value = await client.me();
  } catch (error) {
    if (!hasStatus(error, 401)) throw error;
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  account.value = await client.signIn(name, password);
}

export async function signOut(): Promise<void> {
  await client.signOut();
  account.value = null;
}
