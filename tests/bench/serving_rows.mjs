// The rows of the table: what is asked, and the bars.

const feed = (channel, limit) => `/api/v1/feed?channel=${channel}&limit=${limit}`;
const rangeBytes = 256 * 1024;

const nearest = (items, size, count) =>
  [...items].sort((a, b) => Math.abs(a.bytes.length - size) - Math.abs(b.bytes.length - size)).slice(0, count);

/** An answer under the same path at every server. */
const same = (file) => ({ ours: file.path, theirs: file.path, bytes: file.bytes });

/**
 * A row: { id, name, must, aim, unit, connections, hasTls, isEachNew, files, requestsOf }. `files` are { ours, theirs, bytes }: the path here,
 * and the path of the same bytes at nginx.
 */
function row(id, name, must, aim, files, { unit = 'GB', connections = 8, headers, status, length, ...more } = {}) {
  const requestsOf = (contestant) =>
    files.flatMap((file) => {
      const path = contestant.isWeike ? file.ours : file.theirs;
      const variants = headers ? headers(contestant, file) : [{}];
      return variants.map((variant) => ({ path, status, length: length === undefined ? file.bytes.length : length, headers: variant }));
    });
  return { id, name, must, aim, unit, connections, files, requestsOf, ...more };
}

/** 16 stretches, spread over the file. */
function stretches(size) {
  const last = size - rangeBytes;
  return Array.from({ length: 16 }, (_, i) => Math.floor((last * i) / 15)).map((begin) => ({ Range: `bytes=${begin}-${begin + rangeBytes - 1}` }));
}

/** Pages of the feed that Weike has to make; nginx has one of them as a file. */
export function uncachedRow(pages) {
  const files = pages.map(({ path, bytes }) => ({ ours: path, theirs: '/api/v1/feed/page.json', bytes }));
  const made = row('feed-uncached', 'feed page, not cached, 1 M lessons', 2.0, 1.5, files, { unit: 'request', connections: 64 });
  const requestsOf = (contestant) => (contestant.isWeike ? made.requestsOf(contestant) : made.requestsOf(contestant).slice(-1));
  return { ...made, requestsOf };
}

/** `world`: { pages: { small, large, feed }, segments, films }; pages and films are { path, bytes }. */
export function servingRows({ pages, segments, films }) {
  const page = (path, bytes) => ({ ours: path, theirs: `${path.replace('?', '/').replaceAll('&', '-')}.json`, bytes });
  const [small, large, whole] = [pages.small, pages.large, pages.feed].map(({ path, bytes }) => page(path, bytes));
  const film = nearest(films, 20e6, 1)[0];
  const perRequest = { unit: 'request', connections: 64 };
  const range = { status: 206, length: rangeBytes, headers: (_, file) => stretches(file.bytes.length) };
  const of = (size, count) => nearest(segments, size, count).map(same);
  return [
    row('json-2k', '2 KB hot JSON', 0.8, 0.65, [small], perRequest),
    row('json-8k', '8 KB hot JSON', 0.8, 0.65, [large], perRequest),
    row('not-modified', '304 by ETag', 0.9, 0.75, [large], {
      ...perRequest, status: 304, length: null, headers: ({ tagOf }, file) => [{ 'If-None-Match': tagOf(file) }],
    }),
    row('feed', 'feed page, cached', 1.0, 0.75, [whole], perRequest),
    { ...uncachedRow([]), skipped: 'FEED_DATA names no data folder with 1 M lessons' },
    row('segment-100k', 'segment 100 KB', 0.95, 0.8, of(100e3, 3)),
    row('segment-512k', 'segments 512 KB', 1.05, 0.9, of(512 * 1024, 5)),
    row('segment-1m', 'segments 1 MB', 1.05, 0.9, of(1e6, 3)),
    row('segment-3m', 'segments 3 MB', 1.05, 0.9, of(3e6, 3)),
    row('range', 'Range 256 KB of 20 MB', 1.0, 0.87, [same(film)], range),
    row('tls-1m', 'TLS 1.3: 1 MB', 0.9, 0.75, of(1e6, 3), { hasTls: true }),
    row('tls-range', 'TLS 1.3: Range 256 KB', 0.8, 0.65, [same(film)], { ...range, hasTls: true }),
    row('tls-2k', 'TLS 1.3: 2 KB', 0.9, 0.8, [small], { ...perRequest, hasTls: true }),
    row('connect', 'connection per request', 1.1, 0.95, [small], { ...perRequest, isEachNew: true }),
    row('handshake', 'connection per request with TLS handshake', 1.0, 0.9, [small], { ...perRequest, hasTls: true, isEachNew: true }),
  ];
}

export const pagePaths = { small: feed('exemplary', 1), large: feed('exemplary', 4), feed: feed('micro-lessons', 20) };
