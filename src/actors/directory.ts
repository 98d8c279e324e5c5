// The directory: which actor stands for an underlying, which shard it lives in, and the delivery of a routed batch.
import { createActor } from 'xstate';
import { SlotDirectory } from '../domain/arena.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import type { QuoteBatch } from '../domain/quote.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { Finding } from '../domain/detectors/finding.ts';
import type { UnderlyingContext, UnderlyingFailure, UnderlyingState } from '../domain/underlying.ts';
import { fnv1a32 } from '../lib/digest.ts';
import { type ShardActor, shardMachine } from './shard.ts';
import type { UnderlyingActor } from './underlying.ts';

/**
 * Shards of the engine. Enough that no shard has more than a few hundred children (spawning into one parent is
 * quadratic in them), few enough that each has work.
 */
export const SHARDS = 64;

/** A batch grouped by underlying, as the streams route it. */
export interface Grouped<Batch> {
  readonly batch: Batch;
  readonly order: Int32Array;
  readonly groups: number;
  readonly underlyings: Int32Array;
  readonly starts: Int32Array;
}

/** Actors of one session, found by the number of their underlying. */
export class Directory {
  readonly #context: UnderlyingContext;
  readonly #slots = new SlotDirectory();
  readonly #shards: ShardActor[];
  /** By underlying: its actor; null in quarantine; undefined before its first print. */
  readonly #actors: Array<UnderlyingActor | null | undefined> = [];
  readonly #states: UnderlyingState[] = [];
  #failures = 0;

  constructor(context: UnderlyingContext, onFailure: (failure: UnderlyingFailure) => void, shards = SHARDS) {
    this.#context = context;
    this.#shards = Array.from({ length: shards }, () => {
      const shard = createActor(shardMachine, {
        input: {
          context,
          directory: this.#slots,
          register: (underlying, actor, state) => {
            this.#actors[underlying] = actor;
            this.#states.push(state);
          },
          onFailure: (failure) => {
            this.#failures++;
            onFailure(failure);
          },
        },
      });
      return shard.start();
    });
  }

  /** The states of the session's underlyings, those of failed actors included, so that no count is lost. */
  get states(): readonly UnderlyingState[] {
    return this.#states;
  }

  /** Underlyings seen. */
  get underlyings(): number {
    return this.#actors.reduce((known: number, actor) => known + (actor === undefined ? 0 : 1), 0);
  }

  /** Times an actor failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Sends each group to its underlying, one message each, and returns what they found, in no particular order. */
  deliver({ batch: trades, order, groups, underlyings, starts }: Grouped<TradeBatch>): Finding[] {
    const findings: Finding[] = [];
    this.#slots.ensure(this.#context.table.count);
    for (let group = 0; group < groups; group++) {
      const underlying = underlyings[group]!;
      const from = starts[group]!;
      const to = starts[group + 1]!;
      this.#actorOf(underlying)?.send({ type: 'tape', trades, order, from, to, findings });
    }
    return findings;
  }

  /** Sends each underlying its quotes of a batch. */
  deliverQuotes({ batch: quotes, order, groups, underlyings, starts }: Grouped<QuoteBatch>): void {
    for (let group = 0; group < groups; group++) {
      const actor = this.#actorOf(underlyings[group]!);
      actor?.send({ type: 'quotes', quotes, order, from: starts[group]!, to: starts[group + 1]! });
    }
  }

  /** Gives every shard another baseline. */
  adoptBaseline(baseline: VolumeBaseline): void {
    for (const shard of this.#shards) shard.send({ type: 'baseline', baseline });
  }

  /** Stops every actor; their states stay readable. */
  stop(): void {
    for (const shard of this.#shards) {
      if (shard.getSnapshot().status === 'active') shard.send({ type: 'stop' });
    }
  }

  /** The actor of an underlying, spawned at its first message; null in quarantine. */
  #actorOf(underlying: number): UnderlyingActor | null | undefined {
    if (this.#actors[underlying] === undefined) {
      const name = this.#context.table.underlyingName(underlying);
      this.#shards[fnv1a32(name) % this.#shards.length]!.send({ type: 'adopt', underlying });
    }
    return this.#actors[underlying];
  }
}
