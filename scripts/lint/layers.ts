// The map of src: every place, what it may import, and the one home of each framework; the lint rules are made of it.

export interface Place {
  /** A folder of src ("feeds") or a file that stands alone there ("engine.ts"). */
  readonly name: string;
  /** Other places it may import; everything not named is refused. */
  readonly may: readonly string[];
  /** Why the line is drawn here, and what to do instead: printed with the error. */
  readonly because: string;
}

const GROUND = ['lib'];
/** The row above domain: neighbours that know the domain and never each other. */
const MIDDLE_MAY = ['lib', 'domain', 'log.ts', 'metrics.ts'];
const MIDDLE = ['feeds', 'simulation', 'streams', 'actors', 'db', 'history', 'notify'];
const NEIGHBOUR =
  'neighbours never know each other and settings are handed down. Fix: take what you need as an argument or a port, ' +
  'put a type that crosses into domain, and join the two in engine.ts, jobs, api or app.ts.';

export const PLACES: readonly Place[] = [
  {
    name: 'lib',
    may: [],
    because:
      'lib knows nothing of options and stands on nothing. Fix: move what speaks of options into domain.',
  },
  {
    name: 'config-service.ts',
    may: GROUND,
    because: 'a part of config.ts, which alone reads it. Fix: import config.ts.',
  },
  {
    name: 'config.ts',
    may: [...GROUND, 'config-service.ts'],
    because: 'settings are read once and handed down; they know nobody. Fix: let the caller pass the value.',
  },
  { name: 'log.ts', may: GROUND, because: 'the log ranks with lib. Fix: let the caller pass the value.' },
  {
    name: 'metric-catalogue.ts',
    may: GROUND,
    because: 'the catalogue of the metrics ranks with lib. Fix: let the caller pass the numbers.',
  },
  {
    name: 'metrics.ts',
    may: [...GROUND, 'metric-catalogue.ts'],
    because: 'metrics rank with lib. Fix: let the caller pass the numbers.',
  },
  {
    name: 'domain',
    may: GROUND,
    because:
      'the domain is pure: live, replay and test run the same code only as long as it touches nothing. ' +
      'Fix: take the value, the clock or the function as an argument.',
  },
  ...MIDDLE.map((name) => ({ name, may: MIDDLE_MAY, because: NEIGHBOUR })),
  {
    name: 'engine.ts',
    may: [...MIDDLE_MAY, 'config.ts', 'streams', 'actors'],
    because:
      'the engine runs over any feed and needs no service. Fix: take the feed, the store or the sink as an argument.',
  },
  {
    name: 'tape',
    may: [...MIDDLE_MAY, 'engine.ts', 'feeds', 'streams'],
    because:
      'tape says what the records of a session do to its engine, live and replayed. ' +
      'Fix: journals, stores and files belong to live and replay.',
  },
  {
    name: 'live',
    may: [...MIDDLE_MAY, 'engine.ts', 'tape', 'feeds', 'streams', 'actors', 'db'],
    because:
      'live joins a feed, the engine and the store for one session. Fix: start, stop and settings belong to app.ts.',
  },
  {
    name: 'replay',
    may: [...GROUND, 'domain', 'log.ts', 'metrics.ts', 'engine.ts', 'tape', 'feeds'],
    because:
      'replay joins files with the engine and nothing else. Fix: let the caller pass settings and observers.',
  },
  {
    name: 'evaluate',
    may: [...GROUND, 'domain', 'engine.ts', 'feeds', 'replay'],
    because:
      'evaluate holds what detectors say against a truth that a file tells. ' +
      'Fix: terminals and options belong to cli; the simulated market writes its truth to a file.',
  },
  ...['jobs', 'api'].map((name) => ({
    name,
    may: [...MIDDLE_MAY, 'config.ts', 'engine.ts', ...MIDDLE],
    because: 'jobs and api stand side by side below cli and app.ts. Fix: hand the function in from app.ts.',
  })),
  {
    name: 'cli',
    may: [
      ...MIDDLE_MAY,
      'config.ts',
      'engine.ts',
      'replay',
      'evaluate',
      'live',
      'app.ts',
      'jobs',
      'feeds',
      'simulation',
      'history',
      'db',
    ],
    because:
      'a command asks the engine, the service, a feed or a store, not what lies inside them. ' +
      'Fix: reach streams and actors through engine.ts; jobs, api and notify through app.ts.',
  },
  {
    name: 'app.ts',
    may: [...MIDDLE_MAY, 'config.ts', 'engine.ts', ...MIDDLE, 'live', 'jobs', 'api'],
    because: 'the service does not know who starts it. Fix: let main.ts or cli call it with arguments.',
  },
  {
    name: 'main.ts',
    may: [...GROUND, 'config.ts', 'log.ts', 'cli', 'app.ts'],
    because:
      'the entry only turns argv into a command and a result into an exit code. Fix: put the work into cli.',
  },
];

export interface Framework {
  /** What the specifier looks like, as the source of a regular expression. */
  readonly pattern: string;
  readonly title: string;
  /** The places it may be imported from. */
  readonly homes: readonly string[];
  /** Places that may import these names of it and nothing more: composition, not use. */
  readonly guests?: Readonly<Record<string, readonly string[]>>;
}

/** One framework, one folder: a new major version is then a change of one folder. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    title: 'xstate',
    pattern: '^(xstate|@xstate/.*)($|/)',
    homes: ['actors'],
    guests: { 'engine.ts': ['createActor'] },
  },
  { title: 'rxjs', pattern: '^rxjs($|/)', homes: ['streams', 'engine.ts'] },
  {
    title: 'pg',
    pattern: '^pg(-copy-streams|-cursor|-query-stream|-pool|-protocol|-types|-native)?($|/)',
    homes: ['db'],
  },
  { title: 'ws', pattern: '^ws($|/)', homes: ['feeds', 'simulation'] },
  { title: 'pg-boss', pattern: '^pg-boss($|/)', homes: ['jobs'] },
  { title: 'fastify', pattern: '^(fastify|@fastify/.*)($|/)', homes: ['api'] },
  { title: 'prom-client', pattern: '^prom-client($|/)', homes: ['metrics.ts'] },
  { title: 'pino', pattern: '^pino(-[a-z-]+)?($|/)', homes: ['log.ts'] },
  { title: 'resvg', pattern: '^@resvg/.*($|/)', homes: ['evaluate'] },
  { title: 'duckdb', pattern: '^(@duckdb/.*|duckdb)($|/)', homes: ['history'] },
];

export interface RestrictedImport {
  readonly regex: string;
  readonly message: string;
  readonly allowImportNames?: string[];
}

/** A way out of the own folder and into another place, however many folders deep it starts. */
function wayTo(target: string, from: string): string {
  const climb = from.endsWith('.ts')
    ? '(\\./|\\./(\\.\\./)+src/|(\\.\\./)+src/)'
    : '(\\./)?(\\.\\./)+(src/)?';
  return `^${climb}${target.endsWith('.ts') ? target.replace('.', '\\.') + '$' : `${target}/`}`;
}

function restrictionsOf(place: Place): RestrictedImport[] {
  const found: RestrictedImport[] = [];
  for (const other of PLACES) {
    if (other.name === place.name || place.may.includes(other.name)) continue;
    found.push({
      regex: wayTo(other.name, place.name),
      message: `src/${place.name} may not import src/${other.name}: ${place.because}`,
    });
  }
  for (const framework of FRAMEWORKS) {
    if (framework.homes.includes(place.name)) continue;
    const names = framework.guests?.[place.name];
    const homes = framework.homes.map((home) => `src/${home}`).join(' and ');
    found.push({
      regex: framework.pattern,
      message:
        `${framework.title} lives only in ${homes}, so that its next major version is a change of one place. ` +
        `Fix: import what that place offers, or take it as an argument.`,
      ...(names === undefined ? {} : { allowImportNames: [...names] }),
    });
  }
  found.push({
    regex: '^(\\./)?(\\.\\./)+(test|scripts|bench)/',
    message:
      'src may not import tests, scripts or benches: they are about it. Fix: move the shared part into src.',
  });
  if (place.name === 'domain') {
    found.push({
      regex: '^node:',
      message:
        'The domain is pure and imports nothing of Node. Fix: a pure hash and the like come from src/lib; ' +
        'what does I/O is done outside and handed in.',
    });
  }
  return found;
}

/** The restricted imports of each place, ready for one lint override a place. */
export function layerOverrides(): { files: string[]; patterns: RestrictedImport[] }[] {
  return PLACES.map((place) => ({
    files: [place.name.endsWith('.ts') ? `src/${place.name}` : `src/${place.name}/**`],
    patterns: restrictionsOf(place),
  }));
}
