// Keep-alive connections that ask for one path as fast as they are answered.
import net from 'node:net';

class Connection {
  constructor(port, request, onReply) {
    this.request = request;
    this.onReply = onReply;
    this.head = Buffer.alloc(0);
    this.bodyLeft = 0;
    this.bytes = 0;
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => this.socket.write(this.request));
    this.socket.on('data', (bytes) => this.#take(bytes));
    this.socket.on('error', (failure) => {
      if (!this.isOver) throw failure;
    });
  }

  #take(bytes) {
    this.bytes += bytes.length;
    if (this.bodyLeft > 0) {
      this.bodyLeft -= bytes.length;
      if (this.bodyLeft === 0) this.#next();
      return;
    }
    this.head = this.head.length ? Buffer.concat([this.head, bytes]) : bytes;
    const end = this.head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const text = this.head.latin1Slice(0, end);
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(text);
    this.bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(text)[1]) - (this.head.length - end - 4);
    this.head = Buffer.alloc(0);
    if (this.bodyLeft === 0) this.#next();
  }

  #next() {
    this.onReply();
    if (!this.isOver) this.socket.write(this.request);
  }
  close() {
    this.isOver = true;
    this.socket.destroy();
  }
}

/** { requests, bytes } of a round of `ms` milliseconds. */
export async function drive({ port, path, connections, ms }) {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept-Encoding: identity\r\n\r\n`;
  let requests = 0;
  const open = Array.from({ length: connections }, () => new Connection(port, request, () => (requests += 1)));
  await new Promise((done) => setTimeout(done, ms));
  for (const connection of open) connection.close();
  return { requests, bytes: open.reduce((sum, { bytes }) => sum + bytes, 0) };
}
