// HTTP as the tests need it: one answer as it came, from well-formed requests and from any bytes at all.
import http from 'node:http';
import net from 'node:net';
import { inTime } from './server.mjs';

/**
 * One request on a connection of its own.
 * @param {RegExp} until of a stream of events: how far it is read
 * @returns {Promise<{status: number, headers: Record<string, string>, text: string}>}
 */
export function send(port, { method, target, headers = {}, body, until }) {
  const answer = new Promise((resolve, reject) => {
    const asked = http.request({ port, host: '127.0.0.1', method, path: target, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => {
        chunks.push(chunk);
        if (answer.headers['content-type'] !== 'text/event-stream') return;
        // It has no end: its beginning is the answer, or what comes up to what is waited for.
        const text = Buffer.concat(chunks).toString('utf8');
        if (until && !until.test(text)) return;
        resolve({ status: answer.statusCode, headers: answer.headers, text });
        asked.destroy();
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
  return inTime(answer, `${method} ${target}`);
}

/** A connection that says exactly the bytes it is told to. */
export class RawConnection {
  static async open(port) {
    const connection = new RawConnection();
    connection.socket = net.connect(port, '127.0.0.1');
    connection.received = Buffer.alloc(0);
    connection.waiting = [];
    connection.closed = new Promise((resolve) => connection.socket.on('close', resolve));
    connection.socket.on('error', () => {});
    connection.socket.on('data', (chunk) => {
      connection.received = Buffer.concat([connection.received, chunk]);
      connection.look();
    });
    connection.closed.then(() => {
      connection.over = true;
      connection.look();
    });
    await inTime(new Promise((resolve) => connection.socket.on('connect', resolve)), 'a connection');
    return connection;
  }

  say(bytes) {
    this.socket.write(bytes);
  }

  /** The next answer. */
  answer() {
    return inTime(new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.look();
    }), 'an answer');
  }

  close() {
    this.socket.destroy();
  }

  look() {
    while (this.waiting.length > 0) {
      const whole = this.take();
      if (whole) this.waiting.shift().resolve(whole);
      else if (this.over) this.waiting.shift().reject(new Error(`closed without an answer: ${this.received}`));
      else return;
    }
  }

  take() {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const [start, ...lines] = this.received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const length = Number(headers['content-length'] ?? 0);
    if (this.received.length < end + 4 + length) return null;
    const text = this.received.subarray(end + 4, end + 4 + length).toString('utf8');
    this.received = this.received.subarray(end + 4 + length);
    return { status: Number(start.split(' ')[1]), headers, text };
  }
}

/** The bytes of a request's head. */
export function head(method, target, headers = {}) {
  const fields = Object.entries({ Host: 'redial.test', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n`;
}
