// What HTTP answers before any operation has its turn: the `default` of every operation.
import assert from 'node:assert/strict';
import { head, RawConnection, send } from '../lib/http.mjs';

export default function protocol(test, { api, contract, start }) {
  /** Says `bytes` on a connection of its own. @returns the problem, checked as an answer of GET /v1/campaigns. */
  async function said(bytes, status, port = api.port) {
    const connection = await RawConnection.open(port);
    connection.say(bytes);
    const answer = await connection.answer();
    assert.equal(answer.status, status, answer.text);
    connection.close();
    return contract.check('getHealth', answer);
  }

  test('400: what is no HTTP, and what smuggles a second request', async () => {
    const broken = [
      'nonsense\r\n\r\n',
      'GET /healthz HTTP/1.1\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n',
      'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    ];
    for (const bytes of broken) assert.equal((await said(bytes, 400)).code, 'malformed_http', bytes);
  });

  test('408: a head that does not end', async () => {
    const server = await start(['http.header_timeout_s=1']);
    assert.equal((await said('GET /healthz HTTP/1.1\r\nHost: a\r\n', 408, server.port)).code, 'request_timeout');
  });

  test('413, 415: a body where none is expected', async () => {
    assert.equal((await said(head('GET', '/healthz', { 'Content-Length': String(2 ** 40) }), 413)).code, 'body_too_large');
    assert.equal((await said(`${head('GET', '/healthz', { 'Content-Length': '1', 'Content-Encoding': 'gzip' })}x`, 415)).code, 'unsupported_media_type');
  });

  test('417: an expectation that cannot be met', async () => {
    assert.equal((await said(head('GET', '/healthz', { Expect: 'a-miracle' }), 417)).code, 'expectation_failed');
  });

  test('431: a megabyte of head', async () => {
    assert.equal((await said(head('GET', '/healthz', { 'X-Long': 'x'.repeat(1024 * 1024) }), 431)).code, 'header_too_large');
  });

  test('501: a transfer coding that nobody speaks', async () => {
    assert.equal((await said(head('POST', '/healthz', { 'Transfer-Encoding': 'gzip, chunked' }), 501)).code, 'not_implemented');
  });

  test('503: one connection too many', async () => {
    const server = await start(['http.max_connections=1']);
    const first = await RawConnection.open(server.port);
    first.say(head('GET', '/healthz'));
    await first.answer();
    assert.equal((await said('', 503, server.port)).code, 'overloaded');
    first.close();
  });

  test('unknown paths are not found, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH']) {
      const answer = await send(api.port, { method, target: '/v1/nothing', headers: api.headers });
      assert.equal(answer.status, 404);
      assert.equal(JSON.parse(answer.text).code, 'not_found');
    }
  });
}
