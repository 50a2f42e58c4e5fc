import { UnreachableError } from './problem';

export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  // With its query: "/api/v1/feed?limit=20".
  path: string;
  headers: Record<string, string>;
  body?: unknown;
  // Sent as they are, in place of a JSON body.
  bytes?: Blob;
  // The request outlives the page, for what is sent while it closes (Fetch §5.2).
  keepalive?: boolean;
}

export interface WireReply {
  status: number;
  header(name: string): string | null;
  // Parsed JSON; undefined when there is none.
  body: unknown;
}

// How requests travel: fetch in browsers, wx.request in a mini-program, a fake in tests. Fails with
// UnreachableError when there is no reply; every reply, also a refusal, is a success here.
export interface Transport {
  send(request: WireRequest): Promise<WireReply>;
}

const kTimeoutMs = 20_000;

export class FetchTransport implements Transport {
  async send(request: WireRequest): Promise<WireReply> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), kTimeoutMs);
    try {
      const response = await fetch(request.path, {
        method: request.method,
        headers: request.headers,
        body: request.bytes ?? (request.body === undefined ? undefined : JSON.stringify(request.body)),
        credentials: 'same-origin',
        keepalive: request.keepalive ?? false,
        signal: abort.signal,
      });
      const text = await response.text();
      return {
        status: response.status,
        header: (name) => response.headers.get(name),
        body: parsedOrUndefined(text),
      };
    } catch (error) {
      throw new UnreachableError(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
