// Server-sent events, read from the body of a response as the HTML standard lays them out.

/** One event. */
export interface ServerEvent {
  readonly id: string | null;
  /** "message" when the sender gives none. */
  readonly name: string;
  readonly data: string;
}

/** Ends an event; the two line ends may be of either kind. */
const BLANK_LINE = /\r?\n\r?\n/;

function eventOf(block: string): ServerEvent | null {
  let id: string | null = null;
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? null : { id, name, data: data.join('\n') };
}

/** The events of a stream, until it ends; comments and events without data are passed over. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    for (let end = BLANK_LINE.exec(rest); end !== null; end = BLANK_LINE.exec(rest)) {
      const event = eventOf(rest.slice(0, end.index));
      rest = rest.slice(end.index + end[0].length);
      if (event !== null) yield event;
    }
  }
}
