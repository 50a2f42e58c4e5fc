// api/openapi.yaml as something replies can be held against.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

import { root } from '../harness/server.mjs';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];

export class OpenApi {
  constructor(file = join(root, 'api/openapi.yaml')) {
    this.document = parse(readFileSync(file, 'utf8'));
    this.ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(this.ajv);
    this.ajv.addFormat('int64', true).addFormat('password', true).addFormat('binary', true);
    this.ajv.addSchema(this.document, 'openapi');
    this.operations = this.#listOperations();
    this.seen = new Map(); // operationId → statuses
  }

  #listOperations() {
    const list = [];
    for (const [path, item] of Object.entries(this.document.paths)) {
      // A media file's name may hold slashes, which a path parameter of OpenAPI cannot say.
      const parts = path.replace(/\{file\}/, '(.+)').replace(/\{\w+\}/g, '([^/]+)');
      for (const method of methods.filter((name) => item[name])) {
        list.push({ method, path, pattern: new RegExp(`^${parts}$`), ...item[method] });
      }
    }
    return list;
  }

  find(method, target) {
    const path = target.split('?')[0];
    return this.operations.find((one) => one.method === method.toLowerCase() && one.pattern.test(path));
  }

  resolve(thing) {
    return thing?.$ref ? thing.$ref.slice(2).split('/').reduce((at, key) => at[key], this.document) : thing;
  }

  validate(schemaName, value) {
    const check = this.ajv.getSchema(`openapi#/components/schemas/${schemaName}`);
    assert.ok(check(value), `${schemaName}: ${this.ajv.errorsText(check.errors)}\n${JSON.stringify(value, null, 1)}`);
  }

  /** Fails unless the document says that this operation may give this reply. */
  check(method, target, reply) {
    const operation = this.find(method, target);
    assert.ok(operation, `${method} ${target} is not in openapi.yaml`);
    const label = `${operation.operationId} → ${reply.status}`;
    const described = operation.responses[reply.status];
    assert.ok(described, `${label} is not documented: ${reply.text.slice(0, 300)}`);
    this.#remember(operation.operationId, reply.status);

    const response = this.resolve(described);
    this.#checkHeaders(label, response, reply);
    if (method === 'HEAD' || !response.content) {
      assert.equal(reply.body.length, 0, `${label}: a body that is not documented`);
      return;
    }
    const type = (reply.headers['content-type'] ?? '').split(';')[0];
    const media = response.content[type];
    assert.ok(media, `${label}: content type "${type}" is not documented`);
    if (/[/+]json$/.test(type)) this.#checkBody(label, media.schema, reply.json);
  }

  #checkHeaders(label, response, reply) {
    for (const [name, header] of Object.entries(response.headers ?? {})) {
      const value = reply.headers[name.toLowerCase()];
      if (value === undefined || Array.isArray(value)) continue;
      const check = this.ajv.compile(header.schema);
      assert.ok(check(value), `${label}: ${name}: ${value}: ${this.ajv.errorsText(check.errors)}`);
    }
  }

  #checkBody(label, schema, body) {
    const key = JSON.stringify(schema);
    this.compiled ??= new Map();
    if (!this.compiled.has(key)) {
      this.compiled.set(key, this.ajv.compile(JSON.parse(key.replaceAll('"#/components', '"openapi#/components'))));
    }
    const check = this.compiled.get(key);
    const complaint = () => `${label}: ${this.ajv.errorsText(check.errors)}\n${JSON.stringify(body, null, 1)}`;
    assert.ok(check(body), check.errors ? complaint() : '');
  }

  #remember(operationId, status) {
    const statuses = this.seen.get(operationId) ?? new Set();
    this.seen.set(operationId, statuses.add(status));
  }

  /** Ids of operations that never answered with success, and the ones that never answered. */
  unproven() {
    return this.operations
      .map((one) => one.operationId)
      .filter((id) => ![...(this.seen.get(id) ?? [])].some((status) => status < 400));
  }
}
