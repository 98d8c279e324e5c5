// A line that can be cut: a proxy on loopback between a service and its database, also at a place in what is said.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * Looks at what the near end says: `pass` hands it on, `cut` breaks the line instead, `cut after` hands it on and
 * breaks the line when the far end answers, so that the near end never hears what became of it.
 */
export type LineJudge = (bytes: Buffer) => 'pass' | 'cut' | 'cut after';

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: { readonly host: string; readonly port: number };
  #isCut = false;
  /** Judges each chunk of every connection that is opened from now on; null: everything passes. */
  judge: LineJudge | null = null;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((socket) => this.#join(socket));
  }

  /** Gives the proxy and the address that leads through it. */
  static async before(url: string): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
    const through = new URL(url);
    const proxy = new TcpProxy({ host: through.hostname, port: Number(through.port) });
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done));
    through.port = String((proxy.#server.address() as AddressInfo).port);
    return { proxy, url: through.toString() };
  }

  /** Breaks every connection, and each new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  #join(near: Socket): void {
    if (this.#isCut) return void near.destroy();
    const far = connect(this.#target.port, this.#target.host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    far.pipe(near);
    if (this.judge === null) near.pipe(far);
    else this.#pump(near, far);
  }

  #pump(near: Socket, far: Socket): void {
    near.on('data', (bytes: Buffer) => {
      const verdict = this.judge?.(bytes) ?? 'pass';
      if (verdict === 'cut') return void near.destroy();
      if (verdict === 'cut after') {
        far.unpipe(near);
        far.once('data', () => near.destroy());
        far.resume();
      }
      if (!far.write(bytes)) {
        near.pause();
        far.once('drain', () => near.resume());
      }
    });
    near.on('end', () => far.end());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((done) => void this.#server.close(() => done()));
  }
}
