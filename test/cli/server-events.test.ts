// Server-sent events as `spyhop alerts --follow` reads them: whole, however the bytes are cut.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ServerEvent, serverEvents } from '../../src/cli/server-events.ts';
import { assertAsyncProperty } from '../support/properties.ts';

async function read(text: string, cuts: readonly number[] = []): Promise<ServerEvent[]> {
  const bytes = Buffer.from(text, 'utf8');
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const parts = places.slice(1).map((to, i) => new Uint8Array(bytes.subarray(places[i], to)));
  return Array.fromAsync(serverEvents(ReadableStream.from(parts) as ReadableStream<Uint8Array>));
}

describe('a stream of alerts', () => {
  test('gives each alert with its id; the heartbeats between them are nothing', async () => {
    const text =
      ': still here\n\nid: a1\nevent: alert\ndata: {"n":1}\n\n: still here\n\nid: a2\nevent: alert\ndata: {}\n\n';
    expect(await read(text)).toEqual([
      { id: 'a1', name: 'alert', data: '{"n":1}' },
      { id: 'a2', name: 'alert', data: '{}' },
    ]);
  });

  test('joins the lines of a long message, and takes an event without a name for a message', async () => {
    expect(await read('data: one\ndata: two\n\n')).toEqual([{ id: null, name: 'message', data: 'one\ntwo' }]);
  });

  test('does not give what was cut off by the end of the connection', async () => {
    expect(await read('id: a1\nevent: alert\ndata: {"n"')).toEqual([]);
  });

  test('is the same however the network cuts it, also in the middle of a letter or a line end', async () => {
    const text = 'id: a1\r\nevent: alert\r\ndata: "normal 12 · €"\r\n\r\nid: a2\ndata: x\n\n';
    const whole = await read(text);
    expect(whole).toHaveLength(2);
    await assertAsyncProperty(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        expect(await read(text, cuts)).toEqual(whole);
      }),
    );
  });
});
