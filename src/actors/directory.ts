// The directory: which actor stands for an underlying, which shard it lives in, and the delivery of a routed batch.
import { createActor } from 'xstate';
import { type ContractArena, FIELD, ROW_WORDS, SlotDirectory } from '../domain/arena.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import { EngineClock } from '../domain/engine-clock.ts';
import type { Life } from '../domain/life.ts';
import type { QuoteBatch } from '../domain/quote.ts';
import type { SessionPast } from '../domain/rebuild.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { settleWindow, type UnderlyingContext } from '../domain/underlying.ts';
import type { UnderlyingFailure } from '../domain/life.ts';
import type { Finding } from '../domain/detectors/finding.ts';
import { fnv1a32 } from '../lib/digest.ts';
import { type ShardActor, shardMachine } from './shard.ts';
import type { UnderlyingActor } from './underlying.ts';

/**
 * Shards of the engine. Spawning children into one parent, and stopping them, is quadratic in their number: with 64
 * shards the 6,000 underlyings of a day cost a second and 80 MB more. Twice as many gain nothing.
 */
export const SHARDS = 256;

/** How often actors are looked for that have been quiet, ms of the engine's time. */
export const SWEEP_MS = 60_000;

/** A batch grouped by underlying, as the streams route it. */
export interface Grouped<Batch> {
  readonly batch: Batch;
  readonly order: Int32Array;
  readonly groups: number;
  readonly underlyings: Int32Array;
  readonly starts: Int32Array;
}

/** What a directory is made of. */
export interface DirectoryInput {
  readonly context: UnderlyingContext;
  readonly past: SessionPast;
  readonly onFailure: (failure: UnderlyingFailure) => void;
  /** Quiet time after which the actor of an underlying is stopped until its next print, ms; Infinity for never. */
  readonly idleMs: number;
  readonly shards?: number;
}

/** Actors of one session, found by the number of their underlying. */
export class Directory {
  readonly #context: UnderlyingContext;
  readonly #slots = new SlotDirectory();
  readonly #clock = new EngineClock();
  readonly #shards: ShardActor[];
  /** By underlying: its actor; null while it sleeps or when it is left out; undefined before its first message. */
  readonly #actors: Array<UnderlyingActor | null | undefined> = [];
  readonly #lives: Life[] = [];
  readonly #idleMs: number;
  #sweptMs = 0;
  #failures = 0;
  #passivations = 0;
  #isStopped = false;

  constructor({ context, past, onFailure, idleMs, shards = SHARDS }: DirectoryInput) {
    this.#context = context;
    this.#idleMs = idleMs;
    this.#shards = Array.from({ length: shards }, () => {
      const shard = createActor(shardMachine, {
        input: {
          context,
          directory: this.#slots,
          clock: this.#clock,
          past,
          register: (life, actor) => this.#register(life, actor),
          onFailure: (failure) => {
            this.#failures++;
            onFailure(failure);
          },
        },
      });
      return shard.start();
    });
  }

  /** The lives of the session's underlyings, in the order of their first messages. */
  get lives(): readonly Life[] {
    return this.#lives.filter((life) => life !== undefined);
  }

  /** The arenas in which they live. */
  get arenas(): ReadonlySet<ContractArena> {
    return new Set(this.lives.map(({ state }) => state.arena));
  }

  /** Times an actor failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Times an actor was stopped because its underlying was quiet. */
  get passivations(): number {
    return this.#passivations;
  }

  /** Actors of underlyings that run now. */
  get running(): number {
    return this.#actors.reduce((sum, actor) => sum + (actor ? 1 : 0), 0);
  }

  /** Contracts of a contract that traded in the session so far. */
  dayVolume(contract: number): number {
    const life = this.#lives[this.#context.table.underlyingOf(contract)];
    const slot = this.#slots.slots[contract] ?? 0;
    return life === undefined || slot === 0
      ? 0
      : life.state.arena.words[(slot - 1) * ROW_WORDS + FIELD.dayVolume]!;
  }

  /** Names of the underlyings that are left out for the rest of the session. */
  get quarantined(): readonly string[] {
    const left = this.lives.filter(({ quarantined }) => quarantined);
    return left.map(({ underlying }) => this.#context.table.underlyingName(underlying));
  }

  /** Sends each group to its underlying, one message each, and returns what they found, in no particular order. */
  deliver({ batch: trades, order, groups, underlyings, starts }: Grouped<TradeBatch>): Finding[] {
    const findings: Finding[] = [];
    this.#slots.ensure(this.#context.table.count);
    for (let group = 0; group < groups; group++) {
      const underlying = underlyings[group]!;
      const from = starts[group]!;
      const to = starts[group + 1]!;
      const actor = this.#actors[underlying] ?? this.#adopt(underlying);
      if (actor) actor.send({ type: 'tape', trades, order, from, to, findings, found: findings.length });
      else this.#holdBack(underlying, to - from);
    }
    return findings;
  }

  /** Sends each underlying its quotes of a batch. */
  deliverQuotes({ batch: quotes, order, groups, underlyings, starts }: Grouped<QuoteBatch>): void {
    for (let group = 0; group < groups; group++) {
      const underlying = underlyings[group]!;
      const actor = this.#actors[underlying] ?? this.#adopt(underlying);
      actor?.send({ type: 'quotes', quotes, order, from: starts[group]!, to: starts[group + 1]! });
    }
  }

  /** The session's clock, ms after midnight. */
  get tickMs(): number {
    return this.#clock.tickMs;
  }

  /** Moves the session's clock. */
  tick(atMs: number): void {
    this.#clock.tickMs = Math.max(this.#clock.tickMs, atMs);
    this.passivate(atMs);
  }

  /** Stops the actors that have been quiet for long at a moment of the session, ms after midnight. */
  passivate(atMs: number): void {
    if (this.#idleMs === Infinity || atMs - this.#sweptMs < SWEEP_MS || this.#isStopped) return;
    this.#sweptMs = atMs;
    for (const shard of this.#shards) shard.send({ type: 'sweep', atMs, idleMs: this.#idleMs });
  }

  /** Takes out of all windows what is too old at the session's clock. */
  settle(): void {
    for (const { state, quarantined } of this.lives) if (!quarantined) settleWindow(state);
  }

  /** Gives every shard another baseline. */
  adoptBaseline(baseline: VolumeBaseline): void {
    for (const shard of this.#shards) shard.send({ type: 'baseline', baseline });
  }

  /** Stops every actor; their lives stay readable. */
  stop(): void {
    this.#isStopped = true;
    this.#actors.length = 0;
    for (const shard of this.#shards) {
      if (shard.getSnapshot().status === 'active') shard.send({ type: 'stop' });
    }
  }

  #register(life: Life, actor: UnderlyingActor | null): void {
    if (actor === null && !life.quarantined) this.#passivations++;
    this.#actors[life.underlying] = actor;
    this.#lives[life.underlying] = life;
  }

  /** The actor of an underlying that has none: new, or awake again; null when it is left out. */
  #adopt(underlying: number): UnderlyingActor | null {
    if (this.#isStopped || this.#lives[underlying]?.quarantined === true) return null;
    const name = this.#context.table.underlyingName(underlying);
    this.#shards[fnv1a32(name) % this.#shards.length]!.send({ type: 'adopt', underlying });
    return this.#actors[underlying] ?? null;
  }

  #holdBack(underlying: number, prints: number): void {
    const life = this.#lives[underlying];
    if (life === undefined) return;
    life.received += prints;
    life.heldBack += prints;
  }
}
