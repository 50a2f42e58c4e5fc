// A client that shows everything it gets and sends paths exactly as given (fetch would tidy them up).
import assert from 'node:assert/strict';
import http from 'node:http';

export class Reply {
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  get text() {
    return this.body.toString('utf8');
  }
  get json() {
    return JSON.parse(this.text);
  }

  /** The reply itself, if it has this status. */
  expect(status) {
    assert.equal(this.status, status, `status ${this.status} instead of ${status}: ${this.text.slice(0, 600)}`);
    return this;
  }

  /** The problem document, if it has this status and code. */
  problem(status, code) {
    this.expect(status);
    assert.match(this.headers['content-type'] ?? '', /^application\/problem\+json/);
    const problem = this.json;
    assert.equal(problem.status, status);
    assert.equal(problem.type, `urn:weike:problem:${problem.code}`);
    assert.ok(problem.title && problem.request_id, JSON.stringify(problem));
    if (code) assert.equal(problem.code, code, JSON.stringify(problem));
    return problem;
  }
}

/** Listeners get (method, path, Reply) of every call; the contract test watches with it. */
export const observers = [];

export class Client {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  send(method, path, { headers = {}, body } = {}) {
    const { hostname, port } = new URL(this.url);
    const all = { ...headers };
    if (this.token) all.authorization ??= `Bearer ${this.token}`;
    if (body !== undefined) all['content-length'] ??= Buffer.byteLength(body);
    return new Promise((done, fail) => {
      const request = http.request({ hostname, port, method, path, headers: all, agent: false }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', fail);
        response.on('end', () => {
          const reply = new Reply(response.statusCode, response.headers, Buffer.concat(parts));
          for (const observer of observers) observer(method, path, reply);
          done(reply);
        });
      });
      request.setTimeout(30_000, () => request.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
      request.on('error', fail);
      request.end(body);
    });
  }

  api(method, path, body, headers = {}) {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.send(method, `/api/v1${path}`, {
      headers: { ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }
  get(path, headers) {
    return this.api('GET', path, undefined, headers);
  }
  post(path, body = {}, headers) {
    return this.api('POST', path, body, headers);
  }

  async logIn({ account, password }) {
    const session = (await this.post('/sessions', { account, password })).expect(201).json;
    return new Client(this.url, session.token);
  }

  // tus 1.0
  createUpload(sizeBytes, { filename = 'clip.mp4', filetype = 'video/mp4', headers = {}, body } = {}) {
    const base64 = (text) => Buffer.from(text).toString('base64');
    return this.send('POST', '/api/v1/uploads', {
      headers: {
        'tus-resumable': '1.0.0',
        ...(sizeBytes === undefined ? { 'upload-defer-length': '1' } : { 'upload-length': String(sizeBytes) }),
        'upload-metadata': `filename ${base64(filename)},filetype ${base64(filetype)}`,
        ...(body === undefined ? { 'content-length': 0 } : { 'content-type': 'application/offset+octet-stream' }),
        ...headers,
      },
      body,
    });
  }
  patchUpload(location, offset, body, headers = {}) {
    return this.send('PATCH', location, {
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
        ...headers,
      },
      body,
    });
  }
  headUpload(location) {
    return this.send('HEAD', location, { headers: { 'tus-resumable': '1.0.0' } });
  }

  /** Sends a whole file and returns the asset's id. */
  async upload(bytes, options) {
    const location = (await this.createUpload(bytes.length, options)).expect(201).headers.location;
    (await this.patchUpload(location, 0, bytes)).expect(204);
    const upload = (await this.send('GET', location)).expect(200).json;
    assert.equal(upload.state, 'complete');
    return upload.asset_id;
  }
}
