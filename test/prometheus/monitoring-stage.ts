// A real Prometheus and a real Alertmanager over a running service, played fast: minutes of the rules become seconds.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { ROOT } from './rule-files.ts';

/** What Alertmanager sends to a receiver. */
export interface Notice {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** A minute of the rules in seconds, so that a test need not wait for one. */
const SECONDS_A_MINUTE = 3;

function playedFast(rules: string): string {
  const seconds = (minutes: string): string => `${Math.max(1, Number(minutes)) * SECONDS_A_MINUTE}s`;
  return rules
    .replaceAll(/\[(\d+)m\]/g, (_all, minutes: string) => `[${seconds(minutes)}]`)
    .replaceAll(/for: (\d+)m/g, (_all, minutes: string) => `for: ${seconds(minutes)}`);
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

export class MonitoringStage implements AsyncDisposable {
  /** What the receivers were told, in order. */
  readonly notices: Notice[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'spyhop-monitoring-'));
  readonly #children: ChildProcess[] = [];
  readonly #said: string[] = [];
  #receiver: Server | null = null;
  prometheusUrl = '';

  /** Starts both programs over the metrics at `target` ("127.0.0.1:4680"). */
  async start(prometheus: string, alertmanager: string, target: string): Promise<void> {
    const [receiverPort, prometheusPort, alertmanagerPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    this.#receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        this.notices.push(JSON.parse(body) as Notice);
        response.end();
      });
    }).listen(receiverPort, '127.0.0.1');
    this.#configure(target, receiverPort, alertmanagerPort);
    this.#run(alertmanager, [
      `--config.file=${join(this.#folder, 'alertmanager.yml')}`,
      `--storage.path=${join(this.#folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ]);
    this.#run(prometheus, [
      `--config.file=${join(this.#folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(this.#folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--enable-feature=exemplar-storage',
      // It takes five seconds to look for its Alertmanager, and repeats what it could tell nobody after a minute.
      '--rules.alert.resend-delay=1s',
    ]);
    this.prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
    await eventually(
      'Prometheus and its first scrape',
      async () => (await this.query('up{job="spyhop"} == 1')).length,
    );
  }

  #configure(target: string, receiverPort: number, alertmanagerPort: number): void {
    const rules = join(this.#folder, 'rules');
    mkdirSync(rules);
    const given = resolve(ROOT, 'prometheus/rules');
    for (const file of readdirSync(given)) {
      writeFileSync(join(rules, file), playedFast(readFileSync(join(given, file), 'utf8')));
    }
    const hook = `http://127.0.0.1:${receiverPort}/`;
    const routes = readFileSync(resolve(ROOT, 'alertmanager/alertmanager.yml'), 'utf8')
      .replaceAll(/url_file: .+/g, `url: ${hook}`)
      .replaceAll(/group_wait: .+/g, 'group_wait: 1s')
      .replaceAll(/group_interval: .+/g, 'group_interval: 1s');
    writeFileSync(join(this.#folder, 'alertmanager.yml'), routes);
    const config = readFileSync(resolve(ROOT, 'prometheus/prometheus.yml'), 'utf8')
      .replaceAll('15s', '1s')
      .replaceAll(/ +authorization:\n.+\n/g, '')
      .replaceAll('spyhop:4680', target)
      .replaceAll('alertmanager:9093', `127.0.0.1:${alertmanagerPort}`);
    writeFileSync(join(this.#folder, 'prometheus.yml'), config);
    cpSync(resolve(ROOT, 'prometheus/tests'), join(this.#folder, 'tests'), { recursive: true });
  }

  #run(program: string, args: readonly string[]): void {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (part: Buffer) => this.#said.push(part.toString()));
    this.#children.push(child);
  }

  /** The last words of the programs, for a test that fails. */
  get said(): string {
    return this.#said.join('').slice(-2_000);
  }

  /** Values of an instant query, each with its labels; empty while Prometheus does not answer. */
  async query(expr: string): Promise<{ readonly labels: Record<string, string>; readonly value: number }[]> {
    try {
      const answer = await fetch(`${this.prometheusUrl}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const { data } = (await answer.json()) as {
        data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return (data?.result ?? []).map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    } catch {
      return [];
    }
  }

  /** Waits until a receiver was told of an alert in a state; gives the notice. */
  async told(receiver: string, alertname: string, status: Notice['status']): Promise<Notice> {
    const found = await eventually(
      `${receiver} to be told that ${alertname} is ${status}`,
      () =>
        this.notices.find(
          (notice) =>
            notice.receiver === receiver &&
            notice.alerts.some((alert) => alert.labels['alertname'] === alertname && alert.status === status),
        ),
      (notice) => notice !== undefined,
      60_000,
    );
    return found!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      const gone = new Promise((resolved) => child.once('exit', resolved));
      if (child.kill('SIGTERM')) await gone;
    }
    this.#receiver?.closeAllConnections();
    this.#receiver?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
