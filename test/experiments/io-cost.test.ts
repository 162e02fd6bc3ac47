/** io.interface: which path a run takes, and what it costs. */
import { describe, expect, it } from 'vitest';
import { ioCost } from '../../experiments/io-cost.ts';
import { libraryNames, resolveReference } from '../../experiments/load/library.ts';
import { locateIn, validate } from '../../experiments/load/validate.ts';
import { readYaml } from '../../experiments/load/yaml-file.ts';
import { DIRECT_INTERFACES, hostSchema } from '../../experiments/schema/host.ts';
import { SharedLink, Simulation } from '../../sim/index.ts';

const profileOf = (name: string) => {
  const yaml = readYaml(resolveReference('hosts', name, '.'), 'a host');
  return validate(hostSchema, yaml.data, locateIn(yaml));
};
const cores = new SharedLink(new Simulation({ seed: 'cost' }), { name: 'cores', rate: 8 });

describe.each(libraryNames('hosts'))('%s', (name) => {
  const profile = profileOf(name);
  it.each(DIRECT_INTERFACES.filter((each) => profile.io[each]))('has the cost of %s', (interfaceName) => {
    const cost = ioCost(profile, interfaceName, cores);
    const once = cost.submitTime + cost.completeTime;
    const kernel = cost.kernelThread ? cost.kernelThread.submitTime + cost.kernelThread.completeTime : 0;
    const cycles = ((once + kernel) / 1e12) * profile.frequency;
    expect(cycles / profile.io[interfaceName]!.cycles).toBeCloseTo(1, 3);
    expect(cost.polls || cost.kernelThread !== undefined).toBe((cost.wakeUp ?? 0) === 0);
  });
});

it('names the interfaces that a host has when another is asked for', () => {
  const profile = profileOf('ryzen-7700x');
  const { spdk: _, ...io } = profile.io;
  expect(() => ioCost({ ...profile, io }, 'spdk', cores)).toThrow(
    /says nothing of spdk; it has psync, libaio/,
  );
});
