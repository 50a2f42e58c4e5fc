import { ref, watch } from 'vue';

import type { Channel } from '../../client/wire';
import { client } from '../../session/session';
import { language } from '../../words/language';

// The configured channels, titled in the present language.
export const channels = ref<Channel[]>([]);

// Called by whoever shows them; a failure leaves what is known and the next one tries again.
export async function loadChannels(): Promise<void> {
  channels.value = await client.channels().catch(() => channels.value);
}

watch(language, loadChannels);
