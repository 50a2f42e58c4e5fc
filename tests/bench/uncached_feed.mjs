// Pages of the feed that are not in memory: more of them, in turn, than the server keeps, so that each has to be made; the cards of so many are. With
// FEED_PAGES=20000 neither are. FEED_DATA names the data folder of a server that is not running, with the wanted number of lessons:
// `bench_feed --keep FOLDER` makes one.
import { pinnedServer } from './weike.mjs';

// 32 MB, at some 18 KB a page and as much for each packed form (api/feed/feed_service.hpp).
const keptPages = 630;
const pageOf = (channel, cursor) => `/api/v1/feed?limit=20${channel && `&channel=${channel}`}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;

/** { path, bytes } of so many pages, from the heads of all lists on. */
async function walk(guest, count) {
  const { items } = (await guest.get('/channels')).expect(200).json;
  const pages = [];
  let heads = ['', ...items.map(({ id }) => id)].map((channel) => ({ channel, cursor: '' }));
  while (pages.length < count && heads.length > 0) {
    for (const head of heads) {
      const path = pageOf(head.channel, head.cursor);
      const { body, json } = (await guest.send('GET', path)).expect(200);
      pages.push({ path, bytes: body });
      head.cursor = json.next_cursor;
    }
    heads = heads.filter(({ cursor }) => cursor);
  }
  return pages;
}

/** { server, pages }: a contestant over that folder; `data` may hold fewer lessons when only the program is tried. */
export async function uncachedFeed({ data, core }) {
  const server = await pinnedServer({ data, core });
  try {
    const pages = await walk(server.server.client(), Number(process.env.FEED_PAGES) || 4 * keptPages);
    if (pages.length < 2 * keptPages) console.error(`only ${pages.length} pages: the server may keep them all`);
    return { server, pages };
  } catch (failure) {
    await server.stop();
    throw failure;
  }
}
