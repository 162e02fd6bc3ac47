/**
 * Processes: waiting for time, service, a transfer, a signal, another process.
 */
import { describe, expect, it } from 'vitest';
import {
  duration,
  type Process,
  SharedLink,
  Signal,
  Simulation,
  Station,
  us,
  type Wait,
} from '../../sim/index.ts';

describe('process', () => {
  it('waits for times, services and transfers', () => {
    const sim = new Simulation({ seed: 'process' });
    const disk = new Station(sim, { name: 'disk', servers: 1 });
    const link = new SharedLink(sim, { name: 'link', rate: 1e9 });
    const log: [string, number][] = [];
    function* reader(name: string): Generator<Wait, void, void> {
      yield sim.delay(us(1));
      yield disk.service(us(10));
      log.push([`${name} read`, sim.now]);
      yield link.transfer(4096);
      log.push([`${name} sent`, sim.now]);
    }
    sim.spawn(reader('a'));
    sim.spawn(reader('b'));
    sim.run();
    sim.finish();
    expect(log).toEqual([
      ['a read', us(11)],
      ['a sent', us(11) + duration(4096, 1e9)],
      ['b read', us(21)],
      ['b sent', us(21) + duration(4096, 1e9)],
    ]);
  });

  it('waits for signals and for others to end, before or after they do', () => {
    const sim = new Simulation({ seed: 'process' });
    const go = new Signal(sim);
    const log: string[] = [];
    function* worker(name: string): Generator<Wait, void, void> {
      yield go.wait;
      log.push(`${name} at ${sim.now}`);
      yield sim.delay(us(1));
    }
    function* waiter(others: Process[]): Generator<Wait, void, void> {
      for (const other of others) yield other.join;
      log.push(`all at ${sim.now}`);
      yield others[0].join;
      log.push(`again at ${sim.now}`);
    }
    const workers = ['a', 'b'].map((name) => sim.spawn(worker(name)));
    sim.spawn(waiter(workers));
    const fire = sim.register(() => go.fire());
    sim.at(5, fire);
    sim.run();
    expect(log).toEqual(['a at 5', 'b at 5', `all at ${us(1) + 5}`, `again at ${us(1) + 5}`]);
    expect(workers.every(({ finished }) => finished)).toBe(true);
  });

  it('reuses the places of processes that have ended', () => {
    const sim = new Simulation({ seed: 'process' });
    let ended = 0;
    function* short(): Generator<Wait, void, void> {
      yield sim.delay(3);
      ended++;
    }
    function* parent(): Generator<Wait, void, void> {
      for (let i = 0; i < 100; i++) yield sim.spawn(short()).join;
    }
    sim.spawn(parent());
    sim.run();
    expect([ended, sim.now]).toEqual([100, 300]);
  });
});
