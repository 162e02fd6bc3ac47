/** PCIe rates against the specification's arithmetic and the published table; claims; the topology tree. */
import { describe, expect, it } from 'vitest';
import {
  checkClaim,
  IdealDevice,
  ImpossibleClaimError,
  PcieTopology,
  pcieLink,
  READ,
} from '../../devices/index.ts';
import { Simulation, toSeconds } from '../../sim/index.ts';

describe('rates in GB/s', () => {
  it.each([
    [1, 1, 0.25],
    [2, 4, 2.0],
    [3, 4, 3.94],
    [4, 4, 7.88],
    [5, 4, 15.75],
    [5, 16, 63.02],
    [5, 24, 94.52],
    [6, 4, 32.0],
  ])('generation %i x%i carries %f raw', (generation, lanes, expected) => {
    expect(pcieLink({ generation, lanes }).rawRate / 1e9).toBeCloseTo(expected, 2);
  });

  it.each([
    [4, 128, 6.63],
    [4, 256, 7.2],
    [4, 512, 7.52],
    [5, 128, 13.27],
    [5, 256, 14.4],
    [5, 512, 15.05],
    // 29.5 GB/s of TLPs, each with its header of 16 B but no framing.
    [6, 512, (29.5 * 512) / 528],
  ])('generation %i x4 with payloads of %i B carries %f', (generation, maxPayload, expected) => {
    expect(pcieLink({ generation, lanes: 4, maxPayload }).usableRate / 1e9).toBeCloseTo(expected, 2);
  });

  it('payload 512 B and overhead 24 B are the defaults', () => {
    const link = pcieLink({ generation: 4, lanes: 4 });
    expect(link.usableRate).toBeCloseTo(((16e9 * 4 * 128) / 130 / 8) * (512 / 536), 3);
  });

  it('knows no generation 7 and no half lanes', () => {
    expect(() => pcieLink({ generation: 7, lanes: 4 })).toThrow(/generations 1 to 6/);
    expect(() => pcieLink({ generation: 4, lanes: 0.5 })).toThrow(/whole number of lanes/);
  });
});

describe('claims', () => {
  const gen3 = pcieLink({ generation: 3, lanes: 4 });

  it('above the raw rate are an error with both figures', () => {
    const claim = () => checkClaim('WD SN640', 'read bandwidth', 80e9, gen3);
    expect(claim).toThrow(ImpossibleClaimError);
    expect(claim).toThrow(/80\.00 GB\/s is above the 3\.94 GB\/s/);
    try {
      claim();
    } catch (error) {
      expect(error).toMatchObject({ claimed: 80e9, limit: gen3.rawRate });
    }
  });

  it('between usable and raw are a warning, below it nothing', () => {
    expect(checkClaim('drive', 'read bandwidth', 3.8e9, gen3)).toMatch(
      /3\.80 GB\/s is above the 3\.76 GB\/s usable/,
    );
    expect(checkClaim('drive', 'read bandwidth', 3.76e9, gen3)).toBeUndefined();
  });
});

describe('topology', () => {
  const setUp = (lanes = 24) => {
    const simulation = new Simulation({ seed: '' });
    return { simulation, topology: new PcieTopology(simulation, { generation: 5, lanes }) };
  };

  it('gives lanes until none is left', () => {
    const { topology } = setUp();
    for (let i = 0; i < 6; i++) topology.attach(`drive ${i}`, { generation: 5, lanes: 4 });
    expect(topology.lanesFree).toBe(0);
    expect(() => topology.attach('drive 6', { generation: 5, lanes: 4 })).toThrow(
      /drive 6 needs 4 PCIe lanes; 0 of the host's 24 are free/,
    );
  });

  it('trains at the lower generation', () => {
    const { topology } = setUp();
    expect(topology.attach('old', { generation: 3, lanes: 4 }).link.generation).toBe(3);
    expect(topology.attach('new', { generation: 6, lanes: 4 }).link.generation).toBe(5);
    expect(() => topology.attach('wide', { generation: 5, lanes: 32 })).toThrow(/the host has 24 in all/);
  });

  it('trains no faster than its switch', () => {
    const { topology } = setUp();
    topology.addSwitch('chipset', { generation: 4, lanes: 8 });
    expect(topology.attach('new', { generation: 5, lanes: 4 }, 'chipset').link.generation).toBe(4);
    expect(topology.attach('old', { generation: 3, lanes: 4 }, 'chipset').link.generation).toBe(3);
  });

  it('names the switches it has', () => {
    const { topology } = setUp();
    topology.addSwitch('chipset', { generation: 4, lanes: 4 });
    expect(() => topology.attach('drive', { generation: 4, lanes: 4 }, 'card')).toThrow(
      /in this host: chipset/,
    );
  });

  it('drives behind a switch share its uplink fairly, and need no lanes of the root', () => {
    const { simulation, topology } = setUp();
    topology.addSwitch('chipset', { generation: 4, lanes: 4 });
    const times: number[] = [];
    const done = simulation.register((tag) => {
      times[tag] = simulation.now;
    });
    const bytes = 512 * 1_000_000;
    for (let i = 0; i < 4; i++) {
      const { link, upstream } = topology.attach(`drive ${i}`, { generation: 4, lanes: 4 }, 'chipset');
      const drive = new IdealDevice(simulation, {
        name: `drive ${i}`,
        capacity: 2 ** 40,
        readLatency: 0,
        readBandwidth: link.usableRate,
        writeLatency: 0,
        writeBandwidth: link.usableRate,
        readPath: upstream,
      });
      drive.submit(READ, 0, bytes, 0, done, i);
    }
    simulation.run();
    simulation.finish();
    const uplink = pcieLink({ generation: 4, lanes: 4 }).usableRate;
    for (const time of times) expect(toSeconds(time)).toBeCloseTo((4 * bytes) / uplink, 9);
    expect(topology.lanesFree).toBe(20);
  });
});
